/**
 * The little of VS Code's API that flows between two prompts need, with a person who answers from a script. Loading this
 * module makes `vscode` importable: import what needs it afterwards, with `import()`.
 */
import assert from 'node:assert/strict';
import { Module } from 'node:module';

type Listener = (value: unknown) => void;

class CancellationToken {
  readonly listeners = new Set<Listener>();
  isCancellationRequested = false;

  onCancellationRequested = (listener: Listener): { dispose(): void } => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };

  cancel(): void {
    this.isCancellationRequested = true;
    for (const listener of [...this.listeners]) listener(undefined);
  }
}

interface PickRow {
  readonly label: string;
  readonly description?: string;
}

/** What a quick pick of `createQuickPick` shows, and what the person does in it. */
export class ShownPick {
  items: readonly PickRow[] = [];
  selectedItems: readonly PickRow[] = [];
  title = '';
  placeholder = '';
  value = '';
  disposed = false;
  busy = false;
  readonly #accept = new Set<() => void>();
  readonly #hide = new Set<() => void>();
  readonly #value = new Set<(text: string) => void>();
  readonly #button = new Set<(button: unknown) => void>();
  buttons: readonly unknown[] = [];
  step: number | undefined;
  totalSteps: number | undefined;
  ignoreFocusOut = false;
  activeItems: readonly PickRow[] = [];
  onDidChangeSelection = (): { dispose(): void } => ({ dispose: () => undefined });
  onDidTriggerButton = (listener: (button: unknown) => void): { dispose(): void } => listen(this.#button, listener);
  onDidAccept = (listener: () => void): { dispose(): void } => listen(this.#accept, listener);
  onDidChangeValue = (listener: (text: string) => void): { dispose(): void } => listen(this.#value, listener);
  onDidHide = (listener: () => void): { dispose(): void } => listen(this.#hide, listener);

  constructor(private readonly act: (pick: ShownPick) => void) {}

  show(): void {
    setImmediate(() => this.act(this));
  }

  /** Presses Enter with these resources selected. */
  choose(...resources: readonly string[]): void {
    this.selectedItems = this.items.filter(({ description }) => resources.includes(description ?? ''));
    assert.equal(this.selectedItems.length, resources.length, `not offered: ${resources.join(', ')}`);
    for (const listener of this.#accept) listener();
  }

  /** Presses Enter on the row of that label. */
  take(label: string): void {
    const row = this.items.find((item) => item.label === label);
    assert.ok(row, `not offered: ${label}`);
    this.selectedItems = [row];
    this.accept();
  }

  type(text: string): void {
    this.value = text;
    for (const listener of this.#value) listener(text);
  }

  accept(): void {
    for (const listener of this.#accept) listener();
  }

  escape(): void {
    for (const listener of this.#hide) listener();
  }

  /** Presses the button of the title that leads to the step before. */
  goBack(): void {
    assert.ok(this.buttons.includes(backButton), 'there is no way back');
    for (const listener of this.#button) listener(backButton);
  }

  dispose(): void {
    this.disposed = true;
  }
}

/** An input box of `createInputBox`, and what the person does in it. */
export class ShownInput {
  title = '';
  prompt = '';
  placeholder = '';
  value = '';
  password = false;
  busy = false;
  disposed = false;
  ignoreFocusOut = false;
  buttons: readonly unknown[] = [];
  step: number | undefined;
  totalSteps: number | undefined;
  validationMessage: string | undefined;
  /** What stood in the field when it was hidden. */
  left: string | undefined;
  readonly #accept = new Set<() => void>();
  readonly #hide = new Set<() => void>();
  readonly #value = new Set<(text: string) => void>();
  readonly #button = new Set<(button: unknown) => void>();
  onDidAccept = (listener: () => void): { dispose(): void } => listen(this.#accept, listener);
  onDidHide = (listener: () => void): { dispose(): void } => listen(this.#hide, listener);
  onDidChangeValue = (listener: (text: string) => void): { dispose(): void } => listen(this.#value, listener);
  onDidTriggerButton = (listener: (button: unknown) => void): { dispose(): void } => listen(this.#button, listener);

  constructor(private readonly act: (input: ShownInput) => void) {}

  show(): void {
    setImmediate(() => this.act(this));
  }

  type(text: string): void {
    this.value = text;
    for (const listener of this.#value) listener(text);
  }

  accept(): void {
    for (const listener of this.#accept) listener();
  }

  escape(): void {
    for (const listener of this.#hide) listener();
  }

  /** Presses the button of the title that leads to the step before. */
  goBack(): void {
    assert.ok(this.buttons.includes(backButton), 'there is no way back');
    for (const listener of this.#button) listener(backButton);
  }

  /** The editor keeps what stands in the field. */
  hide(): void {
    this.left = this.value;
  }

  dispose(): void {
    this.disposed = true;
  }
}

/** What `QuickInputButtons.Back` is. */
const backButton = {};

function listen<T>(listeners: Set<T>, listener: T): { dispose(): void } {
  listeners.add(listener);
  return { dispose: () => listeners.delete(listener) };
}

/** `EventEmitter`, as far as terminals need it. */
class ShownEvents {
  readonly #listeners = new Set<Listener>();
  readonly event = (listener: Listener): { dispose(): void } => listen(this.#listeners, listener);

  fire(value: unknown): void {
    for (const listener of [...this.#listeners]) listener(value);
  }

  dispose(): void {
    this.#listeners.clear();
  }
}

class ShownIcon {
  constructor(
    readonly id: string,
    readonly color?: { readonly id: string },
  ) {}
}

/** A row of a tree. */
export class ShownRow {
  id?: string;
  description?: string;
  tooltip?: unknown;
  iconPath?: ShownIcon;
  contextValue?: string;
  accessibilityInformation?: { readonly label: string; readonly role?: string };

  constructor(
    readonly label: string,
    readonly collapsibleState: number,
  ) {}
}

/** An item of the status bar. */
export class ShownStatus {
  text = '';
  name = '';
  tooltip: unknown;
  command = '';
  backgroundColor: { readonly id: string } | undefined;
  accessibilityInformation: { readonly label: string; readonly role?: string } | undefined;
  visible = false;

  show(): void {
    this.visible = true;
  }

  hide(): void {
    this.visible = false;
  }

  dispose(): void {
    this.visible = false;
  }
}

class ShownMarkdown {
  value = '';
  isTrusted: unknown;
  supportHtml = false;

  appendText(text: string): this {
    this.value += text;
    return this;
  }

  appendMarkdown(text: string): this {
    this.value += text;
    return this;
  }
}

/** One window. It is what `vscode` means from {@link FakeEditor.use} on. */
export class FakeEditor {
  readonly executed: { readonly id: string; readonly argument: unknown }[] = [];
  readonly opened: string[] = [];
  readonly statusItems: ShownStatus[] = [];
  /** Tokens of progress that was shown, newest last. */
  readonly progress: CancellationToken[] = [];
  /** Titles of progress in notifications. */
  readonly titles: string[] = [];
  /** What such progress has said since. */
  readonly reports: string[] = [];
  /** What becomes of an address that is opened. */
  browse: (url: string) => Promise<boolean> = async () => true;
  /** What the person does in a quick pick that the code builds itself. */
  inPick: (pick: ShownPick) => void = () => assert.fail('a picker was shown');

  /** What the person does in an input box that the code builds itself. */
  inInput: (input: ShownInput) => void = () => assert.fail('an input box was shown');

  readonly api = {
    l10n: {
      t: (text: string, ...values: unknown[]): string => {
        const [first] = values;
        const named = typeof first === 'object' && first !== null ? (first as Record<string, unknown>) : undefined;
        return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(named ? named[name] : values[Number(name)]));
      },
    },
    window: {
      withProgress: (
        options: { readonly title?: string },
        task: (progress: unknown, token: CancellationToken) => unknown,
      ) => {
        if (options.title !== undefined) this.titles.push(options.title);
        const token = new CancellationToken();
        this.progress.push(token);
        const report = ({ message }: { readonly message?: string }): void => {
          if (message !== undefined) this.reports.push(message);
        };
        return task({ report }, token);
      },
      createQuickPick: () => new ShownPick(this.inPick),
      createInputBox: () => new ShownInput(this.inInput),
      createStatusBarItem: (): ShownStatus => {
        const item = new ShownStatus();
        this.statusItems.push(item);
        return item;
      },
    },
    env: {
      remoteName: undefined,
      uiKind: 1,
      openExternal: (address: string | { toString(): string }): Promise<boolean> => {
        // A text is opened as it is; a Uri is decoded first, and what was decoded is not all encoded again.
        const url = typeof address === 'string' ? address : encodeURI(decodeURIComponent(address.toString()));
        this.opened.push(url);
        return this.browse(url);
      },
    },
    commands: {
      executeCommand: async (id: string, argument: unknown): Promise<void> => {
        this.executed.push({ id, argument });
      },
    },
    /** For the extensions that a test gives. */
    extensions: {},
    LanguageModelToolResult: class {
      constructor(readonly content: readonly unknown[]) {}
    },
    LanguageModelTextPart: class {
      constructor(readonly value: string) {}
    },
    /** For the files that a test gives. */
    workspace: {},
    /** For the tools and tasks that a test sees registered. */
    lm: {},
    tasks: {},
    Uri: { parse: (text: string) => ({ toString: () => text }) },
    EventEmitter: ShownEvents,
    Disposable: {
      from: (...all: readonly { dispose(): unknown }[]) => ({
        dispose: () => {
          for (const one of all) one.dispose();
        },
      }),
    },
    ThemeIcon: ShownIcon,
    ThemeColor: class {
      constructor(readonly id: string) {}
    },
    TreeItem: ShownRow,
    TreeItemCollapsibleState: { None: 0, Collapsed: 1, Expanded: 2 },
    MarkdownString: ShownMarkdown,
    StatusBarAlignment: { Left: 1, Right: 2 },
    ConfigurationTarget: { Global: 1 },
    QuickInputButtons: { Back: backButton },
    ProgressLocation: { Notification: 15, Window: 10 },
    UIKind: { Desktop: 1, Web: 2 },
    QuickPickItemKind: { Separator: -1, Default: 0 },
  };

  use(): void {
    current.editor = this;
  }
}

const current: { editor: FakeEditor | undefined } = { editor: undefined };

/** Modules keep what they were given, so they are given one object that leads to the editor in use. */
const door = {};
for (const name of Object.keys(new FakeEditor().api)) {
  const get = (): unknown => {
    assert.ok(current.editor, 'no editor is in use');
    return Reflect.get(current.editor.api, name);
  };
  Object.defineProperty(door, name, { get, enumerable: true });
}

interface Loader {
  _load(request: string, ...rest: unknown[]): unknown;
}

const loader = Module as unknown as Loader;
const load = loader._load;
loader._load = (request, ...rest) => (request === 'vscode' ? door : load.call(loader, request, ...rest));
