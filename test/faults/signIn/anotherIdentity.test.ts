/** Credentials of somebody else than the identity they are stored for: another project's, another tenant's, another user's. */
import assert from 'node:assert/strict';
import { reasonSentences, untranslated } from '../../../src/core/outcomeText';
import type { Preview } from '../../../src/core/provider';
import { providerDescriptions } from '../../../src/providers/registry';
import { ProviderScene } from '../../fakes/providerScene';

describe('fault 47: the sign-in is another one than the project’s', () => {
  let scene: ProviderScene;
  let previews: Preview[];
  beforeEach(async () => {
    scene = await ProviderScene.open('identityPlatform');
    previews = [];
    scene.world.confirm = async (preview) => {
      if (preview) previews.push(preview);
      return { kind: 'confirmed', by: 'modal' };
    };
  });
  afterEach(() => scene.close());

  const service = () => scene.world.sandbox.control.identityPlatform;
  const options = (more: Readonly<Record<string, string>>): void => {
    const { project } = scene.world;
    scene.world.project = { ...project, options: { ...project.options, ...more } };
  };
  const effects = (): string =>
    (previews[0]?.effects ?? [])
      .map((line) => reasonSentences(line, scene.world.texts, untranslated).happened)
      .join('\n');

  async function store(form: string, values: Readonly<Record<string, string>>): Promise<void> {
    const forms = providerDescriptions.get('identityPlatform')?.credentialForms ?? [];
    const shape = forms.find(({ id }) => id === form) ?? assert.fail(form);
    const { apiKey = '', refreshToken = '', token = '' } = scene.secrets;
    const usual = { apiKey, refreshToken, tokenType: 'REFRESH_TOKEN', token };
    await scene.world.vault.replace(scene.target, shape, { ...usual, ...values });
  }

  /** Refused before anybody is asked; nothing was sent that has an effect. */
  async function refused(kind: string, code: string, says: RegExp): Promise<void> {
    const outcome = await scene.reset();
    const text = scene.world.text(outcome);
    assert.deepEqual([outcome.kind, outcome.reason.code], [kind, `identityPlatform.${code}`], text);
    assert.match(text, says);
    assert.deepEqual([scene.requests().length, previews.length, service().revocations().length], [0, 0, 0]);
    assert.equal((await scene.world.vault.read(scene.target)).kind, 'present');
  }

  it('of another project than the settings name: not sent, with both names', async () => {
    options({ firebaseProject: 'another-project' });
    await refused('not-sent', 'otherProject', /reconsent-sample.*another-project/s);
  });

  it('a pasted ID token of another project', async () => {
    options({ firebaseProject: 'another-project' });
    const { idToken } = await service().signIn({ uid: 'sample-carol' });
    await store('idToken', { idToken });
    await refused('not-sent', 'otherProject', /reconsent-sample.*another-project/s);
  });

  it('of no tenant, where the settings name one', async () => {
    options({ tenantId: 'tenant-a1b2c' });
    await refused('not-sent', 'otherTenant', /tenant-a1b2c/);
  });

  it('the Apple token of another user than the account is linked to: seen at Apple, and not sent', async () => {
    const { apple, users } = service().seedSample();
    const [, dave] = users;
    assert.ok(dave);
    const { bundleId, keyId, privateKey, teamId } = apple;
    const key = { appleKey: privateKey, appleKeyId: keyId, appleTeamId: teamId, appleClientId: bundleId };
    await store('refreshToken', { ...key, token: dave.apple.refreshToken });
    await refused('not-sent', 'appleUserDiffers', /sample-carol/);
  });

  it('another user of the same project: the question names the user that it is, by uid', async () => {
    const [, dave] = service().seedSample().users;
    assert.ok(dave);
    await store('refreshToken', { refreshToken: dave.refreshToken, token: dave.apple.refreshToken });
    const outcome = await scene.reset();
    assert.equal(outcome.kind, 'accepted', scene.world.text(outcome));
    assert.match(effects(), /user sample-dave of the project reconsent-sample/);
    assert.deepEqual(
      service()
        .revocations()
        .map(({ uid }) => uid),
      ['sample-dave'],
    );
  });

  it('a session of another project at the token service: refused, and the credential stays', async () => {
    service().fault('projectNumberMismatch', { route: 'token' });
    await refused('refused', 'otherProjectsSession', /./);
  });
});
