/** The wizards as the editor runs them: real projects, prompts, steps and vaults; settings in memory; a person with a script. */
import assert from 'node:assert/strict';
import { ClientVault } from '../../../src/auth/clientVault';
import { CredentialVault } from '../../../src/auth/credentialVault';
import type { Allowance } from '../../../src/core/allowance';
import { ConsentStore } from '../../../src/core/consentStore';
import { type Target, targetKey } from '../../../src/core/model';
import { providerDescriptions } from '../../../src/providers/registry';
import type { Projects } from '../../../src/vscode/projects';
import type { PracticeClient } from '../../../src/vscode/sandboxSamples';
import type { WizardPorts } from '../../../src/vscode/wizard/ports';
import { FakeEditor, type ShownInput, type ShownPick } from '../../fakes/editor';
import { ManualClock } from '../../fakes/manualClock';
import { noon } from '../../fakes/resetStage';
import { MemoryMarkerStore, MemorySecretStore } from '../../fakes/storage';

/** What the person does with what is shown next. */
export type Act =
  /** Takes the row of that label, or presses the button. */
  | { readonly take: string }
  /** Checks these rows alone. */
  | { readonly check: readonly string[] }
  /** Types and presses Enter; with `refused` the text is refused with that message, and the next act is for the same box. */
  | { readonly type: string; readonly refused?: RegExp }
  | 'enter'
  | 'back'
  | 'escape';

export interface Seen {
  readonly kind: 'pick' | 'input' | 'modal' | 'notification';
  readonly title: string;
  readonly text: string;
  readonly value: string;
  readonly rows: readonly string[];
  readonly place: string;
}

interface Row {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  readonly kind?: number;
}

export class WizardDesk {
  readonly editor = new FakeEditor();
  readonly clock = new ManualClock(noon);
  readonly secrets = new MemorySecretStore();
  readonly markers = new MemoryMarkerStore();
  readonly store = new ConsentStore(() => assert.fail('a view failed'));
  readonly log: string[] = [];
  readonly seen: Seen[] = [];
  readonly resetting = new Set<string>();
  allowances: readonly Allowance[] = [];
  readonly vault: CredentialVault;
  readonly clients: ClientVault;
  readonly ports: WizardPorts;
  /** What a running sandbox offers. */
  readonly sandbox: { practice: PracticeClient | undefined } = { practice: undefined };
  /** Files that dialogs give and that can be read, by path. */
  readonly files = new Map<string, string>();
  /** Files that were written. */
  readonly written = new Map<string, string>();
  readonly documents: string[] = [];
  /** What the file dialogs answer. */
  picked: string | undefined;
  /** Of the settings file in an editor. */
  unsaved = false;
  /** The next write fails with that. */
  refuseWrite: string | undefined;
  /** What somebody else writes into the settings right after us. */
  overtaken: unknown;
  writes = 0;
  script: Act[] = [];
  #value: unknown;
  #changed: () => void = () => undefined;

  private constructor(projects: new (descriptions: typeof providerDescriptions) => Projects, value: unknown) {
    this.#value = value;
    this.#prepareEditor();
    const { secrets, markers, clock, store } = this;
    const write = (line: string): void => void this.log.push(line);
    const log = { trace: write, info: write, warn: write, error: write };
    this.vault = new CredentialVault({ secrets, markers, clock, log, describe: (id) => providerDescriptions.get(id) });
    this.clients = new ClientVault({ secrets, clock });
    this.ports = {
      clients: this.clients,
      clock,
      descriptions: providerDescriptions,
      log,
      operations: {
        credentialChanged: (target: Target, consent: unknown) =>
          void this.log.push(`${targetKey(target)}: ${JSON.stringify(consent)}`),
        isResetting: (target: Target) => this.resetting.has(targetKey(target)),
      },
      projects: new projects(providerDescriptions),
      sandbox: this.sandbox,
      store,
      stores: {
        allowances: {
          list: async () => this.allowances,
          remove: async (gone: Allowance) => {
            this.allowances = this.allowances.filter((one) => one !== gone);
          },
        },
      },
      vault: this.vault,
    } as unknown as WizardPorts;
  }

  static async open(value?: unknown): Promise<WizardDesk> {
    const [{ Projects: RealProjects }, { Prompts: RealPrompts }, { allReasonTexts }] = await Promise.all([
      import('../../../src/vscode/projects'),
      import('../../../src/vscode/prompts'),
      import('../../../src/vscode/allReasonTexts'),
    ]);
    const desk = new WizardDesk(RealProjects, value);
    Object.assign(desk.ports, { prompts: new RealPrompts(allReasonTexts), texts: allReasonTexts });
    return desk;
  }

  /** The setting, as it stands in the file. */
  get settings(): unknown {
    return this.#value;
  }

  set settings(value: unknown) {
    this.#value = value;
    this.#changed();
  }

  /** Stores a credential for an identity of the settings. */
  async signIn(projectId: string, identityId: string, values: Readonly<Record<string, string>>): Promise<Target> {
    const project = this.ports.projects.all.find(({ id }) => id === projectId);
    assert.ok(project);
    const identity = project.identities.find(({ id }) => id === identityId) ?? { id: '', label: '' };
    const form = providerDescriptions.get(project.provider)?.credentialForms.find(({ id }) => id === 'accessToken');
    assert.ok(form);
    await this.vault.add({ project, identity }, form, values);
    return { project, identity };
  }

  /** Everything the person was to do was asked for. */
  done(): void {
    assert.deepEqual(this.script, []);
  }

  last(): Seen {
    const last = this.seen.at(-1);
    assert.ok(last, 'nothing was shown');
    return last;
  }

  /** What can be found of a secret in anything but the secret storage. */
  traces(secret: string): readonly string[] {
    const all = [
      JSON.stringify(this.#value ?? null),
      JSON.stringify(this.seen),
      ...this.log,
      ...this.written.values(),
      ...this.documents,
    ];
    return all.filter((text) => text.includes(secret));
  }

  #prepareEditor(): void {
    const { api } = this.editor;
    this.editor.use();
    this.editor.inPick = (pick) => this.#inPick(pick);
    this.editor.inInput = (input) => this.#inInput(input);
    const modal = async (message: string, ...rest: readonly unknown[]): Promise<string | undefined> =>
      this.#inMessage(message, rest);
    const uriOf = (path: string) => ({ scheme: 'file', path, fsPath: path });
    Object.assign(api.window, {
      showWarningMessage: modal,
      showErrorMessage: modal,
      showInformationMessage: modal,
      showQuickPick: (rows: readonly Row[], options: { title: string; placeHolder: string; canPickMany?: boolean }) =>
        this.#inQuickPick(rows, options),
      showOpenDialog: async () => (this.picked === undefined ? undefined : [uriOf(this.picked)]),
      showSaveDialog: async () => (this.picked === undefined ? undefined : uriOf(this.picked)),
      showTextDocument: async () => undefined,
    });
    const read = (path: string): Uint8Array => {
      const text = this.files.get(path);
      if (text === undefined) throw new Error('ENOENT');
      return Buffer.from(text);
    };
    Object.assign(api.workspace, {
      fs: {
        stat: async ({ path }: { path: string }) => ({ size: read(path).length }),
        readFile: async ({ path }: { path: string }) => read(path),
        writeFile: async ({ path }: { path: string }, bytes: Uint8Array) =>
          void this.written.set(path, Buffer.from(bytes).toString()),
      },
      getConfiguration: () => ({
        inspect: () => ({ globalValue: this.#value }),
        update: async (key: string, value: unknown, scope: number) => {
          assert.deepEqual([key, scope], ['projects', 1]);
          if (this.refuseWrite !== undefined) {
            const why = this.refuseWrite;
            this.refuseWrite = undefined;
            throw new Error(why);
          }
          this.writes += 1;
          this.#value = this.overtaken ?? JSON.parse(JSON.stringify(value));
        },
      }),
      onDidChangeConfiguration: (listener: (event: unknown) => void) => {
        this.#changed = () => listener({ affectsConfiguration: () => true });
        return { dispose: () => undefined };
      },
      onDidChangeWorkspaceFolders: () => ({ dispose: () => undefined }),
      openTextDocument: async ({ content }: { content: string }) => void this.documents.push(content),
    });
    Object.defineProperty(api.workspace, 'textDocuments', {
      get: () => [{ isDirty: this.unsaved, uri: { scheme: 'vscode-userdata', path: '/User/settings.json' } }],
    });
  }

  #next(seen: Seen): Act {
    this.seen.push(seen);
    const act = this.script.shift();
    assert.ok(act !== undefined, `nobody expected ${JSON.stringify(seen)}`);
    return act;
  }

  #inPick(pick: ShownPick): void {
    const rows = pick.items as readonly Row[];
    assert.ok(pick.ignoreFocusOut, 'it stays when the focus goes elsewhere');
    const act = this.#next(seenPick(pick.title, pick.placeholder, rows, placeOf(pick)));
    if (act === 'escape') pick.escape();
    else if (act === 'back') pick.goBack();
    else {
      assert.ok(typeof act === 'object' && 'take' in act, `a list was shown: ${JSON.stringify(this.last())}`);
      pick.take(act.take);
    }
  }

  #inInput(input: ShownInput): void {
    assert.ok(input.ignoreFocusOut, 'it stays when the focus goes elsewhere');
    const { title, prompt, value } = input;
    const act = this.#next({ kind: 'input', title, text: prompt, value, rows: [], place: placeOf(input) });
    if (act === 'escape') input.escape();
    else if (act === 'back') input.goBack();
    else if (act === 'enter') input.accept();
    else {
      assert.ok('type' in act, `an input box was shown: ${JSON.stringify(this.last())}`);
      input.validationMessage = undefined;
      input.type(act.type);
      if (act.refused === undefined) input.accept();
      else void this.#refused(input, act.refused);
    }
  }

  async #refused(input: ShownInput, message: RegExp): Promise<void> {
    // A file is read for it.
    while (input.busy) await new Promise((next) => setImmediate(next));
    await new Promise((next) => setImmediate(next));
    assert.match(input.validationMessage ?? 'accepted', message);
    input.accept();
    while (input.busy) await new Promise((next) => setImmediate(next));
    await new Promise((next) => setImmediate(next));
    assert.ok(!input.disposed, 'a refused text was taken');
    this.#inInput(input);
  }

  async #inQuickPick(
    rows: readonly Row[],
    { title, placeHolder, canPickMany }: { title: string; placeHolder: string; canPickMany?: boolean },
  ): Promise<Row | readonly Row[] | undefined> {
    const act = this.#next(seenPick(title, placeHolder, rows, ''));
    if (act === 'escape') return undefined;
    assert.ok(typeof act === 'object');
    if (canPickMany) {
      assert.ok('check' in act);
      return rows.filter(({ label }) => act.check.includes(label));
    }
    assert.ok('take' in act);
    const row = rows.find(({ label }) => label === act.take);
    assert.ok(row, `not offered: ${act.take}`);
    return row;
  }

  #inMessage(message: string, rest: readonly unknown[]): string | undefined {
    const options = rest.find((one): one is { detail?: string } => typeof one === 'object' && one !== null);
    const rows = rest.filter((one) => typeof one === 'string');
    const kind = options ? 'modal' : 'notification';
    const text = options ? `${message}\n${options.detail ?? ''}` : message;
    const act = this.#next({ kind, title: '', text, value: '', rows, place: '' });
    if (act === 'escape') return undefined;
    assert.ok(typeof act === 'object' && 'take' in act && rows.includes(act.take), `${text}: ${rows.join(', ')}`);
    return act.take;
  }
}

function placeOf({ step, totalSteps }: Pick<ShownPick, 'step' | 'totalSteps'>): string {
  return step === undefined ? '' : `${step}/${totalSteps}`;
}

function seenPick(title: string, text: string, rows: readonly Row[], place: string): Seen {
  const shown = rows.map((row) => [row.label, row.description, row.detail].filter((one) => one).join(' | '));
  return { kind: 'pick', title, text, value: '', rows: shown, place };
}
