import assert from 'node:assert/strict';
import { applyEdits, parse } from 'jsonc-parser';
import { parseProjects } from '../../../src/core/projectsSetting';
import { providerDescriptions } from '../../../src/providers/registry';
import { type Finding, findProblems } from '../../../src/vscode/settingsProblems/findings';
import { nearest } from '../../../src/vscode/settingsProblems/nearest';
import { type SettingsPlace, settingsPlace } from '../../../src/vscode/settingsProblems/places';
import { repairedEndpoint } from '../../../src/vscode/settingsProblems/repairs';

const deps = {
  parse: parseProjects,
  providers: providerDescriptions,
  files: [],
  formatting: { insertSpaces: true, tabSize: 2, eol: '\n' },
};

function find(text: string, place: SettingsPlace = 'user'): readonly Finding[] {
  return findProblems(text, place, deps);
}

/** What is marked, and what the first fix makes of the projects. */
function only(text: string): { readonly marked: string; readonly finding: Finding; readonly fixed: unknown } {
  const [finding, ...others] = find(text);
  assert.ok(finding, 'nothing was found');
  assert.deepEqual(others, []);
  const marked = text.slice(finding.offset, finding.offset + finding.length);
  const edits = finding.fixes[0]?.edits;
  return { marked, finding, fixed: edits && projectsIn(applyEdits(text, [...edits])) };
}

function projectsIn(text: string): unknown {
  return parse(text.replace(/^\ufeff/, ''), [], { allowTrailingComma: true })['reconsent.projects'];
}

const google = '"id": "shop", "provider": "googleDataPortability"';
const settings = (...projects: readonly string[]): string =>
  `{\n  "reconsent.projects": [${projects.map((one) => `{ ${one} }`).join(', ')}]\n}`;

describe('problems of reconsent.projects in a document', () => {
  it('are none where everything can be used, and where nothing is set', () => {
    assert.deepEqual(find(settings(`${google}, "identities": [{ "id": "a" }]`)), []);
    assert.deepEqual(find('{ "editor.fontSize": 14 }'), []);
    for (const text of ['', '{', 'null', '[]', '{ "reconsent.projects": ']) assert.deepEqual(find(text), [], text);
  });

  it('are not looked for in what is nested deeper than anybody writes', () => {
    for (const open of ['[', '{"a":']) {
      assert.deepEqual(find(open.repeat(100_000)), []);
      assert.deepEqual(find(`{"reconsent.projects": ${open.repeat(100_000)}`, 'workspace'), []);
    }
  });

  it('stand at the key, and a similar known key is proposed', () => {
    const { marked, fixed, finding } = only(settings(`${google}, "clientID": "x.apps.googleusercontent.com"`));
    assert.equal(marked, '"clientID"');
    assert.deepEqual(fixed, [
      { id: 'shop', provider: 'googleDataPortability', clientId: 'x.apps.googleusercontent.com' },
    ]);
    assert.deepEqual(
      finding.fixes.map(({ kind }) => kind),
      ['replace', 'remove'],
    );
  });

  it('are mended where they stand, and nowhere else, when a key is there twice', () => {
    const twice = `${google}, "clientSecret": "planted-1", "clientSecret": "planted-2"`;
    const before = '"clientSecret": "mine", "provider": "googleDataPortability", "id": "older"';
    const texts = [
      settings(twice),
      `{ "reconsent.projects": [{ ${before} }], "reconsent.projects": [{ ${google}, "clientSecret": "x" }] }`,
      settings(`"identities": [{ "id": "a", "token": "a" }], ${google}, "identities": [{ "id": "b", "token": "b" }]`),
    ];
    for (const text of texts) {
      for (const { offset, length, fixes } of find(text)) {
        for (const { edits } of fixes) {
          for (const edit of edits) {
            const touched = edit.offset <= offset && edit.offset + edit.length >= offset + length;
            assert.ok(touched, `${text.slice(edit.offset, edit.offset + edit.length)} at ${offset} in ${text}`);
          }
        }
      }
    }
    // The path of both leads to the first one.
    const [text = ''] = texts;
    const [first, second] = find(text).map(({ fixes }) => fixes);
    assert.deepEqual(projectsIn(applyEdits(text, [...(first?.[0]?.edits ?? [])])), [
      { id: 'shop', provider: 'googleDataPortability', clientSecret: 'planted-2' },
    ]);
    assert.deepEqual(second, []);
  });

  it('tell of a file that cannot be used at the key that names it, and no longer once it names another', () => {
    const file = { option: 'caBundle', file: '/srv/ca.pem', words: '/srv/ca.pem is empty.' };
    const tpp = (path: string): string =>
      settings(`"id": "tpp", "provider": "venafiTpp", "endpoint": "https://tpp.example", "caBundle": "${path}"`);
    const [found, ...others] = findProblems(tpp('/srv/ca.pem'), 'user', { ...deps, files: [file] });
    assert.ok(found?.kind === 'file');
    assert.deepEqual([found.key, found.words, found.fixes, others], ['caBundle', file.words, [], []]);
    assert.deepEqual(findProblems(tpp('/srv/other.pem'), 'user', { ...deps, files: [file] }), []);
  });

  it('are all told, not only the first of a project, and each once', () => {
    const text = settings(`${google}, "colour": 1, "clientSecret": "x", "clientID": "a", "a.b[0]": 2`);
    assert.deepEqual(
      find(text).map(({ offset, length }) => text.slice(offset, offset + length)),
      ['"colour"', '"clientSecret"', '"clientID"', '"a.b[0]"'],
    );
  });

  it('propose no key that is there already, and none that resembles nothing', () => {
    const twice = find(settings(`${google}, "clientId": "a", "clientID": "b"`));
    assert.deepEqual(
      twice.map(({ fixes }) => fixes.map(({ kind }) => kind)),
      [['remove']],
    );
    const { fixed } = only(settings(`${google}, "colour": "red"`));
    assert.deepEqual(fixed, [{ id: 'shop', provider: 'googleDataPortability' }]);
  });

  it('are seen through comments, trailing commas and a byte order mark', () => {
    const text = [
      '\ufeff// mine',
      '{',
      '  /* "reconsent.projects": [] */',
      '  "reconsent.projects": [',
      '    // the shop, and a "clientID"',
      `    { ${google}, /* old */ "clientID": "abc", },`,
      '  ],',
      '}',
    ].join('\n');
    const { marked, fixed } = only(text);
    assert.equal(marked, '"clientID"');
    assert.deepEqual(fixed, [{ id: 'shop', provider: 'googleDataPortability', clientId: 'abc' }]);
  });

  it('mark a secret once, as a secret, and take it out without quoting it', () => {
    const text = settings(`${google}, "clientSecret": "GOCSPX-planted", "clientId": "abc"`);
    const { marked, finding, fixed } = only(text);
    assert.equal(marked, '"clientSecret"');
    assert.equal(finding.kind, 'secret');
    assert.doesNotMatch(JSON.stringify(finding), /planted/);
    assert.deepEqual(fixed, [{ id: 'shop', provider: 'googleDataPortability', clientId: 'abc' }]);
    const ofIdentity = only(settings(`${google}, "identities": [{ "id": "a", "refreshToken": "1//planted" }]`));
    assert.equal(ofIdentity.finding.kind, 'secret');
    assert.deepEqual(ofIdentity.fixed, [{ id: 'shop', provider: 'googleDataPortability', identities: [{ id: 'a' }] }]);
  });

  it('call no known key a secret', () => {
    const text = settings('"id": "a", "provider": "identityPlatform", "secureTokenEndpoint": "https://a.example"');
    assert.deepEqual(find(text), []);
  });

  it('give the later of two projects or identities an id of its own', () => {
    const projects = only(settings(google, google.replace('"shop"', '"shop-2"'), google));
    assert.equal(projects.marked, '"id"');
    assert.deepEqual(
      (projects.fixed as { id: string }[]).map(({ id }) => id),
      ['shop', 'shop-2', 'shop-3'],
    );
    const identities = only(settings(`${google}, "identities": [{ "id": "a" }, { "name": "a" }]`));
    assert.deepEqual(
      identities.fixed,
      [{ id: 'shop', provider: 'googleDataPortability', identities: [{ id: 'a' }, { id: 'a-2', name: 'a' }] }].map(
        (project) => ({ ...project, identities: [{ id: 'a' }, { name: 'a', id: 'a-2' }] }),
      ),
    );
  });

  it('mend an address, and the name of a provider', () => {
    const http = only(settings(`${google}, "endpoint": "http://api.example/v1/"`));
    assert.equal(http.marked, '"endpoint"');
    assert.deepEqual(http.fixed, [{ id: 'shop', provider: 'googleDataPortability', endpoint: 'https://api.example' }]);
    const provider = only(settings('"id": "shop", "provider": "GoogleDataPortabilty"'));
    assert.deepEqual(provider.fixed, [{ id: 'shop', provider: 'googleDataPortability' }]);
  });

  it('mark only the beginning of an entry that has no key to mark', () => {
    const text = '{ "reconsent.projects": [ { "provider": "googleDataPortability" }, 7 ] }';
    assert.deepEqual(
      find(text).map(({ offset, length }) => text.slice(offset, offset + length)),
      ['{', '7'],
    );
  });

  it('are found in the nested form, and of two values of one key in the last', () => {
    assert.equal(find(`{ "reconsent": { "projects": [{ ${google}, "colour": 1 }] } }`).length, 1);
    const text = `{ "reconsent.projects": [{ "colour": 1 }], "reconsent.projects": [{ ${google} }] }`;
    assert.deepEqual(find(text), []);
  });
});

describe('reconsent.projects where it has no effect', () => {
  for (const place of ['folder', 'profile', 'machine'] as const) {
    it(`is told once in settings of a ${place}, whatever stands in it, and can be taken out`, () => {
      const text = settings(`${google}, "colour": 1`, google);
      const [finding, ...others] = find(text, place);
      assert.equal(finding?.kind, 'ignored');
      assert.deepEqual(others, []);
      assert.equal(projectsIn(applyEdits(text, [...(finding?.fixes[0]?.edits ?? [])])), undefined);
    });
  }

  it('is looked for below "settings" in a workspace file', () => {
    const inside = `{ "folders": [], "settings": { "reconsent.projects": [] } }`;
    assert.equal(find(inside, 'workspace')[0]?.kind, 'ignored');
    assert.deepEqual(find(settings(google), 'workspace'), []);
  });

  it('is told of a secret nevertheless', () => {
    const found = find(settings(`${google}, "clientSecret": "x"`), 'folder');
    assert.deepEqual(
      found.map(({ kind }) => kind),
      ['ignored', 'secret'],
    );
  });
});

describe('a settings document', () => {
  it('is known by its address', () => {
    const places = {
      'vscode-userdata:/User/settings.json': 'user',
      'vscode-userdata:/srv/a/.config/Code/User/settings.json': 'user',
      'vscode-userdata:/srv/a/.config/Code/User/profiles/-1a2b/settings.json': 'profile',
      'file:/srv/a/.config/Code/User/settings.json': 'user',
      'vscode-userdata:/srv/a/.config/Code/User/keybindings.json': undefined,
      'file:/srv/shop/.vscode/settings.json': 'folder',
      'file:/srv/shop.code-workspace': 'workspace',
      'vscode-remote:/srv/a/.vscode-server/data/Machine/settings.json': 'machine',
      'file:/srv/shop/settings.json': undefined,
      'file:/srv/shop/package.json': undefined,
    };
    for (const [address, place] of Object.entries(places)) {
      const [scheme = '', path = ''] = address.split(/:(.*)/);
      assert.equal(settingsPlace({ scheme, path }), place, address);
    }
  });
});

describe('what is proposed instead', () => {
  it('is an origin that the parser takes, or nothing', () => {
    const repaired = {
      'http://tpp.example.com': 'https://tpp.example.com',
      'https://tpp.example.com/vedsdk/?x=1#y': 'https://tpp.example.com',
      'https://tpp.example.com.': 'https://tpp.example.com',
      ' https://tpp.example.com ': 'https://tpp.example.com',
      'tpp.example.com:8443': 'https://tpp.example.com:8443',
      'https://tpp.corp@evil.example': undefined,
      'https:\\\\evil.example': undefined,
      'ftp://tpp.example.com': undefined,
      tpp: undefined,
      '': undefined,
    };
    for (const [text, origin] of Object.entries(repaired)) assert.equal(repairedEndpoint(text), origin, text);
  });

  it('is near by letters', () => {
    const known = ['clientId', 'quotaUser', 'scopes', 'id'];
    assert.equal(nearest('clientid', known), 'clientId');
    assert.equal(nearest('cleintId', known), 'clientId');
    assert.equal(nearest('scope', known), 'scopes');
    assert.equal(nearest('colour', known), undefined);
  });
});
