/** What people paste where a secret is asked for: through the command and its real input boxes, into the real vault. */
import '../../fakes/editor';
import assert from 'node:assert/strict';
import type { CredentialField, CredentialForm } from '../../../src/core/provider';
import { providerDescriptions } from '../../../src/providers/registry';
import { FakeEditor, type ShownInput, type ShownPick } from '../../fakes/editor';
import { SignedIn, services } from '../signedIn';

const planted = 'pLaNtEd-3f9c';

interface Row {
  readonly label: string;
  readonly value?: string;
}

type Content = NonNullable<CredentialField['content']>;

/** By what a field takes: what no such secret can be. */
const hostile: Readonly<Record<Content, Readonly<Record<string, string>>>> = {
  token: {
    'a newline inside': `${planted}\n${planted}`,
    'CR and LF, and a header behind': `${planted}\r\nX-Evil: 1`,
    'quotes around it': `"${planted}"`,
    'typographic quotes': `\u201c${planted}\u201d`,
    'a zero-width space': `${planted}\u200b${planted}`,
    'a right-to-left override': `${planted}\u202e`,
    'a tab': `${planted}\t${planted}`,
    NUL: `${planted}\u0000`,
    '1 MB': planted.repeat((1024 * 1024) / planted.length + 1),
  },
  text: {
    'a newline inside': `${planted}\n${planted}`,
    'a zero-width space': `${planted}\u200b`,
    '1 MB': planted.repeat((1024 * 1024) / planted.length + 1),
  },
  password: {
    'a newline inside': `${planted}\n${planted}`,
    'a zero-width space': `${planted}\u200b`,
    '1 MB': planted.repeat((1024 * 1024) / planted.length + 1),
  },
  pem: {
    'no key at all': planted,
    'a zero-width space': `-----BEGIN PRIVATE KEY-----\n${planted}\u200b\n-----END PRIVATE KEY-----`,
    '1 MB': planted.repeat((1024 * 1024) / planted.length + 1),
  },
};

describe('fault 11: what is pasted where a secret is asked for', () => {
  let window: SignedIn;
  let editor: FakeEditor;
  let form: CredentialForm;
  let attacked: CredentialField | undefined;
  /** What is typed into each field, by its label. */
  let typed: (label: string) => string;
  let refused: string[];
  let told: string[];
  let setCredential: () => Promise<void>;

  before(async function () {
    this.timeout(20_000);
    await import('../../../src/vscode/commands/credentials');
    await import('../../../src/vscode/prompts');
  });

  async function open(at: (typeof services)[number]): Promise<void> {
    const commands = await import('../../../src/vscode/commands/credentials');
    const { Prompts } = await import('../../../src/vscode/prompts');
    window = await SignedIn.open(at);
    const { world } = window;
    editor = new FakeEditor();
    editor.use();
    refused = [];
    told = [];
    Object.assign(editor.api.window, {
      showInputBox: async (box: { prompt: string; validateInput(text: string): string | undefined }) => {
        const text = typed(box.prompt);
        const problem = box.validateInput(text);
        if (problem === undefined) return text;
        refused.push(problem);
        // The editor keeps the box open; the person gives up.
        return undefined;
      },
      showQuickPick: async (rows: readonly Row[]) => chosen(rows),
      showErrorMessage: async (text: string) => void told.push(text),
      showWarningMessage: async (text: string) => void told.push(text),
    });
    editor.inInput = (input: ShownInput) => {
      input.type(typed(input.prompt));
      setImmediate(() => {
        if (input.validationMessage === undefined) return input.accept();
        refused.push(input.validationMessage);
        input.escape();
      });
    };
    editor.inPick = (pick: ShownPick) => pick.take(chosen(pick.items as readonly Row[]).label);
    const ports = {
      descriptions: providerDescriptions,
      vault: world.vault,
      operations: world.operations,
      store: world.store,
      projects: { targets: new Map(world.targets().map((target) => [window.key, target])) as never },
      prompts: new Prompts(world.texts),
      log: { trace: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    };
    setCredential = () => commands.setCredential(window.target, ports);
  }

  /** The form; beside what is stored; a key as text; and of choices what the field under attack hangs on, or the sample's. */
  function chosen(rows: readonly Row[]): Row {
    const named = rows.find(({ label }) => [form.label, 'Replace it', 'Paste the text'].includes(label));
    const field = form.fields.find(({ choices }) => choices?.some(({ value }) => value === rows[0]?.value));
    const wanted = field && goodValue(field);
    return named ?? rows.find(({ value }) => value === wanted) ?? rows[0] ?? assert.fail();
  }

  function goodValue({ id, optional }: CredentialField): string {
    const { onlyWhen } = attacked ?? {};
    if (onlyWhen?.field === id && onlyWhen.is) return onlyWhen.is[0] ?? '';
    return window.service.values(window.world.sandbox)[id] ?? (optional ? '' : 'good-value');
  }

  /** The field whose label the prompt begins with. */
  const fieldOf = (prompt: string): CredentialField =>
    form.fields.findLast(({ label }) => prompt.startsWith(label)) ?? assert.fail(prompt);

  for (const service of services) {
    describe(service.name, () => {
      before(() => open(service));
      after(() => window.close());
      beforeEach(() => {
        editor.use();
        refused = [];
        told = [];
      });

      const forms = providerDescriptions.get(service.provider)?.credentialForms ?? [];
      for (const one of forms) {
        for (const field of one.fields.filter(({ secret }) => secret)) {
          it(`${one.label}, ${field.label}: refused without a word of it, nothing stored, nothing sent`, async () => {
            form = one;
            attacked = field;
            const before = new Map(window.world.secrets.values);
            const requests = window.requests;
            const lines = window.world.logLines.length;
            const cases = Object.entries(hostile[field.content ?? 'token']);
            for (const [what, paste] of cases) {
              refused = [];
              typed = (prompt) => (fieldOf(prompt).id === field.id ? paste : goodValue(fieldOf(prompt)));
              await setCredential();
              assert.equal(refused.length, 1, `${what} was taken`);
              const [problem = ''] = refused;
              assert.match(problem, /^[A-Z].*\.$/s, what);
              assert.ok(!problem.includes(planted.slice(0, 6)) && problem.length < 300, `${what}: ${problem}`);
            }
            assert.ok(cases.length >= 3);
            assert.deepEqual(window.world.secrets.values, before);
            assert.equal(window.requests, requests);
            assert.deepEqual([told, window.world.logLines.slice(lines)], [[], []]);
          });
        }
      }

      it('with space, a newline and "Bearer " around them, tokens are stored without, and work', async () => {
        attacked = undefined;
        form =
          window.form.id === 'signIn' ? (forms.find(({ id }) => id === 'accessToken') ?? window.form) : window.form;
        const values = service.values(window.world.sandbox);
        typed = (prompt) => {
          const { id, content, secret } = fieldOf(prompt);
          const value = values[id] ?? '';
          return secret && (content ?? 'token') === 'token' ? ` \tBearer ${value} \r\n` : value;
        };
        await setCredential();
        assert.deepEqual([refused, told], [[], []]);
        const records = [...window.world.secrets.values.values()].join('\n');
        assert.ok(!records.includes('Bearer'));
        const outcome = await window.reset();
        assert.equal(outcome.kind, 'verified', window.world.text(outcome));
      });
    });
  }
});
