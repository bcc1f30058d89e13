import '../../fakes/editor';
import assert from 'node:assert/strict';
import type { Project, Target } from '../../../src/core/model';
import type { CredentialField } from '../../../src/core/provider';
import { identityPlatform } from '../../../src/providers/identityPlatform/description';
import type { FieldRules, Prompts } from '../../../src/vscode/prompts';
import { FakeEditor } from '../../fakes/editor';
import { p8 } from '../../fakes/identityPlatformScene';

interface Input {
  readonly title: string;
  readonly prompt: string;
  readonly secret: boolean;
}

interface Item {
  readonly label: string;
}

/** Someone who answers fields by the start of their labels, and lists by what they choose. */
class Person {
  readonly editor = new FakeEditor();
  readonly asked: Input[] = [];
  readonly errors: string[] = [];
  answers: Readonly<Record<string, string>> = {};
  rules: FieldRules[] = [];
  /** Steps, by their number among all that were shown, at which the person goes back. */
  goesBack: readonly number[] = [];
  readonly prompts = {
    credential: (input: Input, rules: FieldRules) => this.#enter(input, rules),
    pick: (title: string, placeholder: string, items: readonly Item[]) => this.#choose(title, placeholder, items),
    credentialOrBack: (input: Input, rules: FieldRules) => this.#orBack(this.#enter(input, rules)),
    pickOrBack: (title: string, placeholder: string, items: readonly Item[]) =>
      this.#orBack(this.#choose(title, placeholder, items)),
    problemOf: (text: string, rules: FieldRules) => (rules.check?.(text) ? 'No key.' : undefined),
    error: async (message: string) => void this.errors.push(message),
  } as unknown as Prompts;

  constructor() {
    this.editor.use();
  }

  async #enter(input: Input, rules: FieldRules): Promise<string | undefined> {
    this.asked.push(input);
    this.rules.push(rules);
    return this.#answer(input.prompt);
  }

  async #choose(title: string, placeholder: string, items: readonly Item[]): Promise<Item | undefined> {
    this.asked.push({ title, prompt: placeholder, secret: false });
    return items.find(({ label }) => label === this.#answer(placeholder));
  }

  #answer(question: string): string | undefined {
    return Object.entries(this.answers).find(([start]) => question.startsWith(start))?.[1];
  }

  async #orBack<T>(answer: Promise<T>): Promise<T | symbol> {
    const given = await answer;
    return this.goesBack.includes(this.asked.length) ? (await import('../../../src/vscode/steps')).back : given;
  }

  /** What was asked for, by its step and the first words. */
  get steps(): readonly string[] {
    return this.asked.map(({ title, prompt }) => {
      const step = /\((\d+\/\d+)\)$/.exec(title)?.[1];
      return `${step} ${prompt.split(/ \(|[.,]/)[0]}`;
    });
  }

  async fill(form: string, options: Record<string, unknown> = {}): Promise<Record<string, string> | undefined> {
    const { askFields } = await import('../../../src/vscode/commands/credentialFields');
    const shape = identityPlatform.credentialForms.find(({ id }) => id === form);
    const project: Project = {
      id: 'app',
      label: 'App',
      provider: 'identityPlatform',
      endpoint: 'http://127.0.0.1:9400',
      options: { identityProvider: 'apple.com', ...options },
      identities: [],
    };
    const target: Target = { project, identity: { id: 'carol', label: 'carol' } };
    return askFields(target, shape ?? assert.fail(form), identityPlatform.credentialOrigins(project), this.prompts);
  }

  /** The file that is chosen in the dialog. */
  offers(text: string | undefined, size = text?.length ?? 0): void {
    Object.assign(this.editor.api, {
      workspace: {
        fs: {
          stat: async () => ({ size }),
          readFile: async () => Buffer.from(text ?? assert.fail('was read')),
        },
      },
    });
    Object.assign(this.editor.api.window, { showOpenDialog: async () => [{ path: 'AuthKey.p8' }] });
  }
}

const minimal = {
  'Web API key': 'AIza-planted',
  'Firebase refresh token': 'AMf-planted',
  'Kind of Apple token': 'Refresh token',
  'Apple token or code': 'r.planted',
  'Apple key': 'Leave it empty',
};

describe('the fields of a credential', () => {
  let person: Person;
  before(async function () {
    this.timeout(30_000);
    new FakeEditor().use();
    await import('../../../src/vscode/commands/credentialFields');
  });
  beforeEach(() => {
    person = new Person();
  });

  it('are asked for as far as the answers before them make it necessary', async () => {
    person.answers = minimal;
    assert.deepEqual(await person.fill('refreshToken'), {
      apiKey: 'AIza-planted',
      refreshToken: 'AMf-planted',
      tokenType: 'REFRESH_TOKEN',
      token: 'r.planted',
    });
    assert.deepEqual(person.steps, [
      '1/5 Web API key of the project',
      '2/5 Firebase refresh token',
      '3/5 Kind of Apple token',
      '4/5 Apple token or code',
      '5/5 Apple key',
    ]);
    assert.deepEqual(
      person.asked.filter(({ secret }) => secret).map(({ prompt }) => prompt.split(' (')[0]?.split('.')[0]),
      ['Web API key of the project', 'Firebase refresh token', 'Apple token or code'],
    );
    assert.match(person.asked[0]?.prompt ?? '', /sent only to 127\.0\.0\.1:9400\.$/);
  });

  it('lead to others: no key to an access token, a code to its kind, the web to an address', async () => {
    person.answers = {
      ...minimal,
      'Web API key': '',
      'OAuth access token': 'ya29.planted',
      'Kind of Apple token': 'Authorization code',
      'Where the code': 'A web page',
      'Redirect URI': 'https://app.example.com/callback',
    };
    assert.deepEqual(await person.fill('refreshToken'), {
      oauthToken: 'ya29.planted',
      refreshToken: 'AMf-planted',
      tokenType: 'CODE',
      clientKind: 'web',
      redirectUri: 'https://app.example.com/callback',
      token: 'r.planted',
    });
    assert.equal(person.steps[1], '2/6 OAuth access token for Google Cloud');
    assert.equal(person.steps.at(-1), '8/8 Apple key');
  });

  it('are passed over where the settings have the answer', async () => {
    person.answers = { ...minimal, 'Apple key': 'Paste the text' };
    const credential = async ({ prompt }: { prompt: string }, rules: FieldRules) => {
      person.rules.push(rules);
      return prompt.startsWith('Apple key') ? p8 : 'x';
    };
    Object.assign(person.prompts, { credential, credentialOrBack: credential });
    const options = { appleTeamId: 'TEAM123456', appleKeyId: 'KEY1234567', appleClientId: 'com.example.app' };
    const values = await person.fill('refreshToken', options);
    assert.deepEqual(
      [values?.['appleKey'], values?.['appleTeamId'], values?.['appleKeyId'], values?.['appleClientId']],
      [p8, ...Object.values(options)],
    );
    assert.equal(person.rules.at(-1)?.optional, false, 'who chose to paste does not leave it empty');
  });

  it('read a key from a file, and ask for what goes with it', async () => {
    person.offers(p8);
    person.answers = {
      ...minimal,
      'Apple key': 'Read from a file…',
      'Apple Team': 'TEAM123456',
      'Key ID': 'KEY1234567',
      'Bundle ID': 'com.example.app',
    };
    const values = await person.fill('refreshToken');
    assert.equal(values?.['appleKey'], p8);
    assert.equal(values?.['appleClientId'], 'com.example.app');
    assert.equal(person.steps.at(-1), '8/8 Bundle ID or Services ID that the Apple token was made for');
  });

  for (const [what, text, size, told] of [
    ['that holds no key', 'nothing', undefined, /^No key\. Nothing was stored\.$/],
    ['that is too long, unread', undefined, 10_000_000, /too long to hold a key\. Nothing was stored\.$/],
  ] as const) {
    it(`store nothing of a file ${what}`, async () => {
      person.offers(text, size);
      person.answers = { ...minimal, 'Apple key': 'Read from a file…' };
      assert.equal(await person.fill('refreshToken'), undefined);
      assert.match(person.errors.join(), told);
    });
  }

  it('go back one step at a time, and forget what hung on the answer', async () => {
    person.answers = { ...minimal, 'Kind of Apple token': 'Authorization code', 'Where the code': 'An app' };
    // At the kind of client, to the kind of token; and from there to the refresh token.
    person.goesBack = [4, 5];
    const values = await person.fill('refreshToken');
    assert.deepEqual(
      person.steps.map((step) => step.replace(/^\S+ /, '')),
      [
        'Web API key of the project',
        'Firebase refresh token',
        'Kind of Apple token',
        'Where the code comes from',
        'Kind of Apple token',
        'Firebase refresh token',
        'Kind of Apple token',
        'Where the code comes from',
        'Apple token or code',
        'Apple key',
      ],
    );
    assert.equal(values?.['clientKind'], 'native');
    assert.deepEqual(
      person.steps.map((step) => step.split('/')[0]),
      ['1', '2', '3', '4', '3', '2', '3', '4', '5', '6'],
    );
  });

  it('go back from the text of a key, and from a dialog without a file, to the choice between them', async () => {
    person.answers = { ...minimal, 'Apple key': 'Paste the text' };
    person.goesBack = [6];
    const pick = person.prompts.pickOrBack.bind(person.prompts);
    let keys = 0;
    person.offers(p8);
    Object.assign(person.editor.api.window, { showOpenDialog: async () => undefined });
    Object.assign(person.prompts, {
      pickOrBack: async (title: string, placeholder: string, items: readonly { label: string }[]) => {
        const answer = await pick(title, placeholder, items);
        if (!placeholder.startsWith('Apple key')) return answer;
        keys += 1;
        return items[[1, 0, 2][keys - 1] ?? 2];
      },
    });
    const values = await person.fill('refreshToken');
    assert.equal(keys, 3);
    assert.ok(values && !('appleKey' in values));
  });

  it('end with Escape anywhere', async () => {
    for (const start of Object.keys(minimal)) {
      const { [start]: _, ...rest } = minimal as Record<string, string>;
      person = new Person();
      person.answers = rest;
      assert.equal(await person.fill('refreshToken'), undefined, start);
      assert.match(person.asked.at(-1)?.prompt ?? '', new RegExp(`^${start}`));
    }
  });

  it('hang on fields that are asked for before them, in every form', () => {
    for (const form of identityPlatform.credentialForms) {
      const before: string[] = [];
      for (const { id, onlyWhen } of form.fields as readonly CredentialField[]) {
        if (onlyWhen) assert.ok(before.includes(onlyWhen.field), `${form.id}: ${id}`);
        before.push(id);
      }
    }
  });
});
