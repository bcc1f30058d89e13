import assert from 'node:assert/strict';
import type { EndpointProblem } from '../../../src/core/endpoint';
import type { Project } from '../../../src/core/model';
import { untranslated } from '../../../src/core/outcomeText';
import { parseProjects } from '../../../src/core/projectsSetting';
import { endpointTexts, settingSentences } from '../../../src/core/settingTexts';
import { providerDescriptions } from '../../../src/providers/registry';
import { Stranger } from '../../fakes/stranger';
import { type Service, SignedIn, services } from '../signedIn';

const own = 'https://tpp.corp.example';

/** Another spelling of the same origin, one of another, or none at all. */
type Verdict = 'same' | 'other' | EndpointProblem;

const variants: readonly (readonly [name: string, text: string, verdict: Verdict])[] = [
  ['as it was stored', own, 'same'],
  ['upper case', 'HTTPS://TPP.Corp.EXAMPLE', 'same'],
  ['the port of https', `${own}:443`, 'same'],
  ['a slash at its end', `${own}/`, 'same'],
  ['wide letters', 'https://\uff54pp.corp.example', 'same'],
  ['http', 'http://tpp.corp.example', 'not-https'],
  ['a user name', 'https://admin@tpp.corp.example', 'has-userinfo'],
  ['a user name and a password', 'https://admin:hunter2@tpp.corp.example', 'has-userinfo'],
  ['the host as a user name', 'https://tpp.corp.example@evil.example', 'has-userinfo'],
  ['the host and its port as a user name', 'https://tpp.corp.example:443@evil.example', 'has-userinfo'],
  ['a query', `${own}?next=https://evil.example`, 'has-query'],
  ['an empty query', `${own}/?`, 'has-query'],
  ['a fragment', `${own}#evil.example`, 'has-fragment'],
  ['/../', `${own}/../`, 'has-path'],
  ['/%2e%2e/', `${own}/%2e%2e/`, 'has-path'],
  ['a trailing dot', `${own}.`, 'has-trailing-dot'],
  ['a trailing dot of another script', `${own}\u3002`, 'has-trailing-dot'],
  ['port 99999', `${own}:99999`, 'not-a-url'],
  ['CR and LF before a header', `${own}\r\nHost: evil.example`, 'has-control-characters'],
  ['CR and LF that the URL parser drops', 'https://tpp.corp\r\n.example', 'has-control-characters'],
  ['a backslash', 'https://evil.example\\@tpp.corp.example', 'has-control-characters'],
  ['an IPv4 address in an IPv6 one', 'http://[::ffff:127.0.0.1]', 'not-https'],
  ['another port', `${own}:8443`, 'other'],
  ['a look-alike of another script', 'https://tpp.corp.ex\u0430mple', 'other'],
  ['the same look-alike as punycode', 'https://tpp.corp.xn--exmple-4nf', 'other'],
  ['https://tpp.corp.evil.example', 'https://tpp.corp.evil.example', 'other'],
  ['the host before another', 'https://tpp.corp.example.evil.example', 'other'],
  ['letters before the host', 'https://eviltpp.corp.example', 'other'],
  ['the parent of the host', 'https://corp.example', 'other'],
  ['a child of the host', 'https://a.tpp.corp.example', 'other'],
  ['IPv6', 'https://[2001:db8::1]', 'other'],
  ['IPv6 of this computer', 'https://[::1]', 'other'],
];

describe('fault 4: variants of a URL', () => {
  // Everything that is sent anywhere goes through this one, so that nobody has to have the names.
  let proxy: Stranger;
  let window: SignedIn;
  before(async () => {
    proxy = await Stranger.open('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n');
  });
  beforeEach(() => proxy.forget());
  after(() => proxy.close());

  const open = (service: Service, endpoint: string): Promise<SignedIn> =>
    SignedIn.open(service, {
      endpoint,
      transport: { proxy: () => ({ support: 'override', proxy: proxy.origin, noProxy: [], env: {} }) },
    });

  /** The project as the settings would have it. */
  function configured(changes: Readonly<Record<string, unknown>>): Project | undefined {
    const { id, provider, endpoint, options, identities } = window.world.project;
    const entry = {
      id,
      provider,
      endpoint,
      ...options,
      identities: identities.map((one) => ({ id: one.id })),
      ...changes,
    };
    return parseProjects([entry], providerDescriptions).projects[0];
  }

  /** The secret stays here, whichever way is tried. */
  async function assertKept(what: string): Promise<void> {
    for (const one of [window, window.secondWindow()]) {
      const outcome = await one.reset();
      assert.equal(outcome.kind, 'not-sent', `${what}: ${one.world.text(outcome)}`);
      assert.match(one.world.text(outcome), /Nothing was sent/);
      assert.notEqual(await one.probe(), 'granted');
      await one.assertNoEntry();
      await one.assertNoSecretTold(outcome);
    }
    assert.deepEqual([proxy.connections, window.requests], [0, 0], what);
    assert.equal(proxy.heard, '', what);
    assert.ok(window.world.secrets.values.size > 0, 'and is kept');
  }

  /** It may leave, and does. */
  async function assertAsked(): Promise<void> {
    const outcome = await window.reset();
    assert.equal(outcome.kind, 'not-sent', window.world.text(outcome));
    assert.match(proxy.heard, /^CONNECT tpp\.corp\.example:443 /);
    await window.assertNoSecretTold(outcome);
  }

  for (const service of services) {
    describe(service.name, () => {
      let stored: Project;
      before(async () => {
        window = await open(service, own);
        stored = window.world.project;
      });
      beforeEach(() => window.edit(stored));
      after(() => window.close());

      for (const [name, text, verdict] of variants) {
        it(`${name}: ${verdict}`, async () => {
          const project = configured({ endpoint: text });
          if (verdict === 'same') {
            assert.ok(project);
            window.edit(project);
            return assertAsked();
          }
          if (verdict === 'other') {
            assert.ok(project && project.endpoint !== own);
            window.edit(project);
            const outcome = await window.reset();
            assert.equal(outcome.reason.code, 'credential.foreignOrigin');
            return assertKept(name);
          }
          assert.equal(project, undefined);
          // And if the settings had let it pass: what is stored is bound to its origin, whatever the project says.
          window.edit({ endpoint: text });
          await assertKept(name);
        });

        for (const option of service.addresses) {
          it(`${name}, as ${option}: ${verdict}`, async () => {
            const project = configured({ [option]: text });
            if (project) {
              window.edit(project);
              const origins = providerDescriptions.get(service.provider)?.credentialOrigins(project) ?? [];
              if (origins.every((origin) => origin === own)) {
                assert.ok(['same', 'has-path'].includes(verdict), `${text} was taken for ${own}`);
                return assertAsked();
              }
              assert.equal(verdict, 'other', `${text} was taken`);
              return assertKept(name);
            }
            assert.ok(verdict !== 'same' && verdict !== 'other');
            window.edit({ options: { ...window.world.project.options, [option]: text } });
            await assertKept(name);
          });
        }
      }
    });
  }

  it('each problem is told with what is wrong and how to mend it, without what stood there', () => {
    for (const [, text, verdict] of variants) {
      const entry = { id: 'shop', provider: 'venafiTpp', endpoint: text };
      const { problems } = parseProjects([entry], providerDescriptions);
      if (verdict === 'same' || verdict === 'other') {
        assert.deepEqual(problems, []);
        continue;
      }
      assert.deepEqual(problems, [{ path: '[0].endpoint', ...endpointTexts[verdict] }]);
      const [problem] = problems;
      const { what, mend } = settingSentences(problem ?? assert.fail(), untranslated);
      assert.ok(mend.endsWith('.') && !`${what} ${mend}`.includes('hunter2'));
    }
  });

  describe('names of this computer are not each other', () => {
    let listener: Stranger;
    beforeEach(async () => {
      listener = await Stranger.open();
    });
    afterEach(() => listener.close());

    for (const service of services) {
      it(service.name, async () => {
        const names = ['127.0.0.2', 'localhost', '[::1]', '127.0.0.1'];
        for (const stored of names) {
          window = await SignedIn.open(service, { endpoint: `http://${stored}:${listener.port}` });
          const before = listener.connections;
          for (const name of names.filter((one) => one !== stored)) {
            window.edit({ endpoint: `http://${name}:${listener.port}` });
            const outcome = await window.reset();
            assert.deepEqual([outcome.kind, outcome.reason.code], ['not-sent', 'credential.foreignOrigin']);
            assert.equal(listener.connections, before, `${stored} → ${name}`);
          }
          window.edit({ endpoint: `http://${stored}:${listener.port}` });
          if (stored === '127.0.0.1') {
            await window.reset();
            assert.ok(listener.connections > before, 'its own it does ask');
          }
          await window.close();
        }
      });
    }
  });
});
