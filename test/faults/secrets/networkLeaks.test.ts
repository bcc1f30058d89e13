/** What a proxy is told, and the key of a client certificate: neither is anywhere but where it belongs. */
import '../../fakes/editor';
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import * as http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unansweredReason } from '../../../src/core/httpReason';
import type { Project } from '../../../src/core/model';
import { untranslated } from '../../../src/core/outcomeText';
import { BoundSecret } from '../../../src/core/redact';
import { settingSentences } from '../../../src/core/settingTexts';
import type { ProxySettings } from '../../../src/http/proxy';
import { venafiTpp } from '../../../src/providers/venafiTpp/description';
import { Authorities } from '../../../src/vscode/authorities';
import { systemClock } from '../../../src/vscode/systemPorts';
import { FakeEditor } from '../../fakes/editor';
import { never, VenafiWorld } from '../../fakes/venafiWorld';
import { Bench, noProxy, post } from '../../unit/http/bench';
import { LeakStage } from './leakStage';

const password = 'proxy p&ss/"w\\rd"=1';
const target = 'https://service.example:8443';

describe('fault 12: the network leaves no secret anywhere', () => {
  let world: VenafiWorld;
  let stage: LeakStage;
  let bench: Bench;
  let folder: string;
  beforeEach(async () => {
    new FakeEditor().use();
    bench = new Bench();
    world = await VenafiWorld.open();
    stage = new LeakStage(world.texts);
    folder = await mkdtemp(join(tmpdir(), 'reconsent-leaks-'));
  });
  afterEach(async () => {
    stage.close();
    await bench.close();
    await world.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('a proxy that repeats its password in each refusal, and settings that are no address', async () => {
    const seen = new Set<string>();
    const answer = (status: string, more: string) => (echo: string) => `HTTP/1.1 ${status}\r\n${more}\r\n\r\n${echo}`;
    const refusals = [
      (echo: string) => answer(`407 ${echo}`, `Proxy-Authenticate: Basic realm="${echo}"`)(echo),
      answer('502 Bad Gateway', 'Content-Type: text/html'),
      answer('200 OK', 'Content-Type: text/html'),
      (echo: string) => echo,
    ];
    for (const refuse of refusals) {
      const proxy = await bench.raw((socket, head) => {
        const sent = /proxy-authorization: Basic (\S+)/i.exec(head)?.[1] ?? '';
        seen.add(Buffer.from(sent, 'base64').toString());
        socket.end(refuse(`${sent} ${Buffer.from(sent, 'base64').toString()} ${encodeURIComponent(password)}`));
      });
      const { host } = new URL(proxy.origin);
      const header = `Basic ${Buffer.from(`somebody:${password}`).toString('base64')}`;
      const ways: readonly Partial<ProxySettings>[] = [
        { proxy: `http://somebody:${encodeURIComponent(password)}@${host}` },
        { proxy: proxy.origin, authorization: header },
        { env: { HTTPS_PROXY: `http://somebody:${encodeURIComponent(password)}@${host}` } },
      ];
      for (const way of ways) {
        const transport = bench.transport({ proxy: () => ({ ...noProxy, ...way }) });
        const token = new BoundSecret('token-for-the-service-behind-it', [target]);
        const result = await transport.send(post(target, '/', { bearer: token }), never);
        assert.ok(result.kind === 'not-sent', result.kind);
        stage.came('answer', result);
        stage.came('answer', { reason: unansweredReason(result, target, []) });
      }
    }
    assert.deepEqual([...seen], [`somebody:${password}`]);
    for (const nonsense of [
      'http://some body:{}@host:1:2',
      'socks5://somebody:{}@proxy.example',
      '://{}',
      'http://a:{}@',
    ]) {
      const proxy = nonsense.replace('{}', encodeURIComponent(password));
      const result = await bench.transport({ proxy: () => ({ ...noProxy, proxy }) }).send(post(target), never);
      stage.came('answer', result);
      if (result.kind === 'not-sent') stage.came('answer', { reason: unansweredReason(result, target, []) });
    }
    stage.search.plant('password of the proxy', password);
    stage.search.plant('credentials for the proxy', `somebody:${password}`);
    stage.search.plant('bearer', 'token-for-the-service-behind-it');
    stage.logged(bench.logged);
    stage.assertClean(['password of the proxy'], ['log', 'shown: answer', 'value: answer']);
  });

  it('the key of a client certificate: in use, missing, of another certificate, and when it is no key', async () => {
    const { cert, key } = await world.control.clientCertificate('reconsent');
    const other = await world.control.clientCertificate('another');
    for (const pem of [key, other.key]) stage.search.plant('key of a client certificate', pem);
    await writeFile(join(folder, 'ca.pem'), await world.control.ca());
    await writeFile(join(folder, 'client.pem'), cert);
    const listener = await world.control.listen({ clientCertificate: 'demanded' });
    const files = { caBundle: join(folder, 'ca.pem'), clientCertificate: join(folder, 'client.pem') };
    const options = { clientId: world.sample.clientId, ...files, clientKey: join(folder, 'client.key') };
    const project: Project = { ...world.project, endpoint: listener.origin, options };
    let changed: () => void = () => undefined;
    const authorities = new Authorities({
      projects: {
        all: [project],
        pathOf: (id) => `[${id}]`,
        onDidChange: (listen: () => void) => {
          changed = listen;
          return { dispose: () => undefined };
        },
      },
      descriptions: new Map([[venafiTpp.id, venafiTpp]]),
      clock: systemClock,
    });
    world.useFiles({
      extraCertificates: (origin) => authorities.certificatesFor(origin),
      clientCertificate: (id, origin) => authorities.clientCertificateFor(id, origin),
    });
    world.project = project;
    world.credential = world.credentialOf(world.sample.administrator);
    const kinds: string[] = [];
    const cut = `${key.slice(0, key.length / 2)}\n`;
    for (const content of [key, other.key, cut, key.replaceAll('\n', ' '), `${key}${other.key}`, key.slice(30), '']) {
      await writeFile(join(folder, 'client.key'), content);
      changed();
      await authorities.settled();
      for (const problem of await authorities.problems()) {
        stage.search.lookInto('value: problem of a file', problem);
        stage.search.lookInto('shown: problem of a file', settingSentences(problem, untranslated));
      }
      stage.search.lookInto('value: what is trusted', authorities.clientCertificateFor(project.id, listener.origin));
      const outcome = await world.revoke(world.id('alice.test'));
      kinds.push(outcome.kind);
      stage.came('outcome', outcome);
    }
    assert.ok(kinds[0] === 'verified' && kinds.includes('not-sent'), kinds.join());
    // A tunnel, a pool and a socket keep options: whatever can be reached from the transport.
    stage.search.lookInto('value: transport', world.transport, http.globalAgent);
    stage.logged(world.logLines);
    stage.assertClean(['key of a client certificate'], ['shown: problem of a file', 'value: what is trusted', 'log']);
  });
});
