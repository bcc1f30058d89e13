import assert from 'node:assert/strict';
import { Stranger } from '../../fakes/stranger';
import { type Service, SignedIn, services } from '../signedIn';

describe('fault 3: the URL is edited while a token is stored', () => {
  let stranger: Stranger;
  let window: SignedIn;
  beforeEach(async () => {
    stranger = await Stranger.open();
  });
  afterEach(async () => {
    await window.close();
    await stranger.close();
  });

  /** How each address of a project is pointed at somebody else. */
  function edits(service: Service): readonly (readonly [what: string, edit: () => void])[] {
    return [
      ['the endpoint', () => window.edit({ endpoint: stranger.origin })],
      // The very same server under another name, so that whatever is sent would arrive.
      ['the endpoint, to another name of the same host', () => window.edit({ endpoint: renamed(window) })],
      ...service.addresses.map((option) => [option, () => setOption(option, stranger.origin)] as const),
    ];
  }

  function setOption(option: string, value: string): void {
    const { options } = window.world.project;
    window.edit({ options: { ...options, [option]: value } });
  }

  for (const service of services) {
    describe(service.name, () => {
      beforeEach(async () => {
        window = await SignedIn.open(service);
      });

      it('(as it was, the reset goes through)', async () => {
        const outcome = await window.reset();
        assert.equal(outcome.kind, 'verified', window.world.text(outcome));
        assert.ok(window.requests > 1);
      });

      for (const at of edits(service).keys()) {
        it(`${edits(service)[at]?.[0]}: no secret leaves, in this window and a new one, and the old address works again`, async () => {
          const before = window.world.project;
          edits(service)[at]?.[1]();
          const signedInFor = await boundTo(window);
          for (const one of [window, window.secondWindow()]) {
            const outcome = await one.reset();
            assert.deepEqual([outcome.kind, outcome.reason.code], ['not-sent', 'credential.foreignOrigin']);
            const text = one.world.text(outcome);
            assert.ok(text.startsWith(`This sign-in belongs to ${signedInFor}, `), text);
            assert.match(text, /Nothing was sent, and the credential was not shown to the new address\. Put .* back/);
            assert.equal(await one.probe(), 'unusable-credential: credential.foreignOrigin');
            assert.equal(await one.opened(), 'unusable-credential: credential.foreignOrigin');
            await one.assertNoEntry();
            await one.assertNoSecretTold(outcome);
          }
          assert.deepEqual([stranger.connections, window.requests], [0, 0]);
          window.edit(before);
          assert.equal(await window.probe(), 'granted', 'nothing was forgotten');
          assert.equal((await window.reset()).kind, 'verified');
        });

        it(`${edits(service)[at]?.[0]}, while the confirmation shows: the reset is not sent`, async () => {
          let requests = 0;
          window.world.confirm = async () => {
            requests = window.requests;
            edits(service)[at]?.[1]();
            return { kind: 'confirmed', by: 'modal' };
          };
          const outcome = await window.reset();
          assert.deepEqual([outcome.kind, outcome.reason.code], ['not-sent', 'target.changed']);
          assert.match(
            window.world.text(outcome),
            /changed in the settings .* Nothing was sent\. Start the reset again/,
          );
          assert.deepEqual([stranger.connections, window.requests], [0, requests]);
          await window.assertNoEntry();
          await window.assertNoSecretTold(outcome);
        });
      }

      it('a credential in hand is not sent either, by any call of the provider', async () => {
        const reading = await window.world.vault.read(window.target);
        assert.ok(reading.kind === 'present');
        window.edit({ endpoint: stranger.origin });
        const provider = await window.world.provider(service.provider);
        const target = { ...window.target, credentials: reading.credentials } as const;
        const never = new AbortController().signal;
        const previewed = await provider.preview(target, service.way, never);
        assert.notEqual(previewed.kind, 'ready');
        const probed = await provider.probe(target, never);
        assert.notEqual(probed.kind, 'granted');
        for (const secret of window.secrets) assert.ok(!stranger.heard.includes(secret));
      });
    });
  }
});

function renamed({ world }: SignedIn): string {
  return world.project.endpoint.replace('127.0.0.1', 'localhost');
}

async function boundTo({ world, key }: SignedIn): Promise<string> {
  const markers = await world.vault.markers();
  const [own] = [...markers.values()].flat();
  assert.ok(own, key);
  return own.origins.join(', ');
}
