import assert from 'node:assert/strict';
import * as v from 'valibot';
import { venafiTpp } from '../../../../src/providers/venafiTpp/description';
import { optionsSchema, readServerAddress } from '../../../../src/providers/venafiTpp/settings';
import { signedIn as asStored } from '../../../../src/providers/venafiTpp/signedIn';
import { identityIdOf, subjectOf } from '../../../../src/providers/venafiTpp/subject';
import { alice, host, projectOf, sealed } from '../../../fakes/venafiScene';

describe('Venafi TPP: settings', () => {
  it('parse to the same again', () => {
    const options = { authEndpoint: 'HTTPS://Auth.example:8443/vedauth/', clientId: 'reconsent', scope: 'admin' };
    const once = v.parse(optionsSchema, options);
    assert.deepEqual(once, { authEndpoint: 'https://auth.example:8443', clientId: 'reconsent', scope: 'admin' });
    assert.deepEqual(v.parse(optionsSchema, once), once);
    assert.deepEqual(v.parse(optionsSchema, {}), { scope: 'admin:delete;configuration' });
  });

  for (const wrong of [
    { authEndpoint: 'http://auth.example' },
    { authEndpoint: 'https://user@auth.example' },
    { authEndpoint: 'https://auth.example/elsewhere' },
    { authEndpoint: 7 },
    { clientId: 'with space' },
    { clientId: '' },
    { scope: 'Admin' },
    { scope: 'admin:' },
    { ignoreCertificates: true },
  ]) {
    it(`refuse ${JSON.stringify(wrong)}`, () => assert.equal(v.safeParse(optionsSchema, wrong).success, false));
  }

  const addresses: readonly (readonly [text: string, origin: string | undefined])[] = [
    ['tpp.example', 'https://tpp.example'],
    ['https://tpp.example', 'https://tpp.example'],
    [' https://tpp.example:8443/vedsdk/ ', 'https://tpp.example:8443'],
    ['https://tpp.example/VEDSDK', 'https://tpp.example'],
    ['http://127.0.0.1:9400/vedsdk', 'http://127.0.0.1:9400'],
    ['http://tpp.example', undefined],
    ['https://tpp.example/vedauth/', undefined],
    ['https://tpp.example/vedsdk/oauth', undefined],
    ['https://tpp.example/vedsdk/?x=1', undefined],
    ['https://tpp.example/?x=/vedsdk', undefined],
    ['https://tpp.example#/vedsdk', undefined],
    ['https://user:word@tpp.example', undefined],
    ['ftp://tpp.example', undefined],
    ['', undefined],
    ['/vedsdk/', undefined],
  ];
  for (const [text, origin] of addresses) {
    it(`read ${JSON.stringify(text)} as ${origin}`, () => assert.equal(readServerAddress(text, 'vedsdk'), origin));
  }

  it('bind secrets to both origins', () => {
    assert.deepEqual(venafiTpp.credentialOrigins(projectOf()), [host]);
    const two = projectOf({ options: { authEndpoint: 'https://auth.example' } });
    assert.deepEqual(venafiTpp.credentialOrigins(two), [host, 'https://auth.example']);
  });

  it('have a text with the placeholders that the command fills', () => {
    const [way] = venafiTpp.ways;
    assert.match(way.question, /\{identity\}.*\{project\}/);
  });
});

describe('Venafi TPP: identities of the settings', () => {
  for (const id of [alice, 'AD+corp:{x}', 'LDAP+a b:x', 'local:x:y']) {
    it(`${id} is a user`, () => {
      const subject = subjectOf({ id });
      assert.deepEqual(subject, { kind: 'grantee', prefixedUniversal: id });
      assert.equal(subject && identityIdOf(subject), id);
    });
  }

  it('application:<id> is an application, whatever the id looks like', () => {
    for (const applicationId of ['my-app', 'local:{x}', 'application:x']) {
      const subject = subjectOf({ id: `application:${applicationId}` });
      assert.deepEqual(subject, { kind: 'application', applicationId });
      assert.equal(subject && identityIdOf(subject), `application:${applicationId}`);
    }
  });

  for (const id of [
    '',
    'alice',
    'local:',
    'AD+:x',
    'Local:x',
    'local:a\nb',
    'AD+a\u0000:x',
    'application:\u200b',
    'LOCAL:x',
    'xlocal:x',
    ' AD+corp:x',
  ]) {
    it(`${JSON.stringify(id)} is neither`, () => assert.equal(subjectOf({ id }), undefined));
  }
});

describe('Venafi TPP: what a sign-in stores', () => {
  const tokens = {
    accessToken: sealed('access-0'),
    refreshToken: sealed('refresh-0'),
    accessTokenExpiresAt: 1000.4,
    refreshUntil: 2000,
    identity: alice,
    scope: 'admin:delete;configuration',
  };

  it('is both tokens, with what is known of them', () => {
    const { form, values, facts, grants } = asStored(projectOf(), 'reconsent', tokens);
    assert.equal(form.id, 'signIn');
    assert.deepEqual(values, { clientId: 'reconsent', accessToken: 'access-0', refreshToken: 'refresh-0' });
    assert.deepEqual(facts, {
      clientId: 'reconsent',
      accessTokenExpiresAt: '1000',
      refreshUntil: '2000',
      identity: alice,
    });
    assert.deepEqual(grants, ['admin:delete', 'configuration']);
    const secret = new Map(form.fields.map((field) => [field.id, field.secret]));
    assert.deepEqual(
      [secret.get('accessToken'), secret.get('refreshToken'), secret.get('clientId')],
      [true, true, false],
    );
  });

  it('is the access token alone where there is no other', () => {
    const { form, values } = asStored(projectOf(), 'reconsent', { ...tokens, refreshToken: undefined });
    assert.deepEqual([form.id, values], ['accessToken', { accessToken: 'access-0' }]);
  });
});
