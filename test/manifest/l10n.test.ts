import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  bundleFile,
  compareKeys,
  englishTexts,
  languages,
  parts,
  type Texts,
  translatedTexts,
} from '../../scripts/l10n/bundles';
import { mayStayEnglish } from '../../scripts/l10n/names';
import { wordingProblems } from '../../scripts/l10n/wording';
import { parseProjects } from '../../src/core/projectsSetting';
import { providerDescriptions } from '../../src/providers/registry';
import { manifest, repoRoot } from './manifest';

describe('the languages', () => {
  let english: Texts;
  before(function () {
    this.timeout(60_000);
    english = englishTexts();
  });

  it('have their files, and there are no others', () => {
    const files = [
      ...readdirSync(repoRoot).filter((file) => /^package\.nls\..+\.json$/.test(file)),
      ...readdirSync(join(repoRoot, 'l10n')).map((file) => `l10n/${file}`),
    ];
    assert.deepEqual(files.sort(), parts.flatMap((part) => languages.map((one) => bundleFile(part, one))).sort());
    // The package has its own format: VS Code would look for its own one in a folder that is not there.
    assert.equal(manifest.l10n, undefined);
  });

  it('have something to translate', () => {
    assert.ok(Object.keys(english.code).length > 1_000);
    // One of each source: a literal, a table, a reason, a provider's form, a scope.
    for (const text of ['Reset Consent', 'already reset', 'Nothing was sent.', 'Refresh token', 'Chrome bookmarks']) {
      assert.equal(english.code[text], text);
    }
  });

  it('can say whatever is wrong with a project in the settings', () => {
    const wrong = [undefined, null, '', 'x y#', 42, true, [], [''], [42], {}];
    const keys = [...providerDescriptions.values()].flatMap(({ optionsSchema }) =>
      Object.keys('entries' in optionsSchema ? (optionsSchema.entries as object) : {}),
    );
    const entries = [...providerDescriptions.keys()].flatMap((provider) =>
      ['id', 'name', 'provider', 'endpoint', 'identities', 'other', ...keys].flatMap((key) =>
        wrong.map((value) => ({ id: 'a', endpoint: 'https://a.example.com', provider, [key]: value })),
      ),
    );
    const { problems } = parseProjects([null, ...entries], providerDescriptions);
    const said = new Set(problems.flatMap(({ what, mend }) => [what, mend]));
    assert.ok(said.size > 30, `${said.size}`);
    assert.deepEqual(
      [...said].filter((text) => english.code[text] === undefined),
      [],
    );
  });

  for (const language of languages) {
    for (const part of parts) {
      it(`translate to ${language} what is asked for and nothing else, ${part}`, () => {
        const { missing, stale } = compareKeys(english[part], translatedTexts(language)[part]);
        const help = `npm run l10n -- --missing ${language}`;
        assert.deepEqual({ missing: Object.keys(missing), stale }, { missing: [], stale: [] }, help);
      });

      it(`keep in ${language} what is no word, ${part}`, () => {
        assert.deepEqual(wordingProblems(english[part], translatedTexts(language)[part]), []);
      });

      it(`leave nothing English in ${language}, ${part}`, () => {
        const texts = Object.entries(translatedTexts(language)[part]);
        const same = texts.filter(([key, text]) => text === english[part][key] && !mayStayEnglish(text, language));
        assert.deepEqual(
          same.map(([key]) => key),
          [],
        );
      });
    }
  }
});

describe('the comparison of languages', () => {
  it('finds what is missing and what is stale', () => {
    const difference = compareKeys({ One: 'One', Two: 'Two' }, { Two: 'Due', Three: 'Tre' });
    assert.deepEqual(difference, { missing: { One: 'One' }, stale: ['Three'] });
  });

  const broken: readonly (readonly [english: string, translated: string, problem: RegExp])[] = [
    ['Reset {identity}', 'Reimposta {identita}', /placeholders: "\{identita\}" instead of "\{identity\}"/],
    ['{0} of {1}', '{0} di', /placeholders/],
    ['$(key) Sign in', 'Accedi', /codicons/],
    ['[Try](command:reconsent.startSandbox)', '[Prova](command:reconsent.start)', /link targets/],
    ['Use `v1`.', 'Usa v1.', /code/],
    ['See https://example.com/.', 'Vedi https://example.it/.', /web addresses/],
    ['One\nTwo', 'Uno Due', /line breaks/],
    ['{percent} %', '{percent}', /percent signs/],
    ['Reset', ' ', /is empty/],
    ['Reset ', 'Reimposta', /ends with other spaces/],
    ['Reset?', 'Reimposta', /ends with "" instead of "\?"/],
    ['Reset…', 'Reimposta...', /ends with "\." instead of "…"/],
    ['Reset', 'Reimposta {', /a brace/],
    ['Reset', 'Reim\u200bposta', /invisible/],
    ['Already', 'Gia\u0300', /composed form/],
  ];
  for (const [english, translated, problem] of broken) {
    it(`finds what is wrong with ${JSON.stringify(translated)} for ${JSON.stringify(english)}`, () => {
      assert.match(wordingProblems({ key: english }, { key: translated }).join('\n'), problem);
    });
  }

  it('lets words change their order', () => {
    assert.deepEqual(wordingProblems({ key: '{a} of {b}' }, { key: '{b}, {a}' }), []);
  });
});
