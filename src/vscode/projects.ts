/** The configured projects, live. Only the user's own value counts: a workspace must not decide where secrets go. */
import * as vscode from 'vscode';
import { type Project, type Target, type TargetKey, targetKey } from '../core/model';
import { idOfEntry, type RawProject, sameEntry } from '../core/projectEntry';
import { type ParsedProjects, parseProjects } from '../core/projectsSetting';
import type { ProviderProfile } from '../core/provider';
import type { SettingProblem } from '../core/settingTexts';

/** The name of the error after which the settings are not as they were: parts of the bundle have no class in common. */
export const writtenUnread = 'WrittenUnread';

const section = 'reconsent';
const key = 'projects';

export class Projects implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #subscription: vscode.Disposable;
  #parsed: ParsedProjects;
  #targets: ReadonlyMap<TargetKey, Target>;

  constructor(private readonly descriptions: ReadonlyMap<string, ProviderProfile>) {
    this.#parsed = this.#read();
    this.#targets = targetsOf(this.#parsed.projects);
    this.#subscription = vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration(`${section}.${key}`)) return;
      this.#reread();
    });
  }

  get all(): readonly Project[] {
    return this.#parsed.projects;
  }

  get problems(): readonly SettingProblem[] {
    return this.#parsed.problems;
  }

  get targets(): ReadonlyMap<TargetKey, Target> {
    return this.#targets;
  }

  /** Where the project of that id stands in the setting, for instance `[2]`. */
  pathOf(id: string): string {
    const at = this.#indexOf(id, this.#entries());
    return at < 0 ? '' : `[${at}]`;
  }

  /** The project of that id as it stands in the setting, unparsed. */
  entryOf(id: string): RawProject | undefined {
    const entries = this.#entries();
    const entry = entries[this.#indexOf(id, entries)];
    return isEntry(entry) ? entry : undefined;
  }

  /** The ids that a new project must not have: those of entries that cannot be read, too. */
  takenIds(): ReadonlySet<string> {
    return new Set(this.#entries().flatMap((entry) => asText(idOfEntry(entry))));
  }

  /** Whether a workspace or folder tries to set the projects. It has no effect; the user is told once. */
  workspaceValueIgnored(): boolean {
    const found = vscode.workspace.getConfiguration(section).inspect(key);
    return found?.workspaceValue !== undefined || found?.workspaceFolderValue !== undefined;
  }

  /**
   * Adds a project to the user's settings, or changes the one of that id; everything else stays as it is. Resolves with the
   * project as it was read back.
   */
  async save(id: string, change: (existing: RawProject | undefined) => RawProject): Promise<Project> {
    return this.replace(id, id, change);
  }

  /** As {@link save}, where the project may get another id. Rejects, with nothing written, when another one has it already. */
  async replace(id: string, newId: string, change: (existing: RawProject | undefined) => RawProject): Promise<Project> {
    if (newId !== id && this.takenIds().has(newId)) {
      throw new Error(vscode.l10n.t('Another project has got the id {0} meanwhile. Nothing was changed.', newId));
    }
    await this.#write((entries) => {
      const at = this.#indexOf(id, entries);
      const existing = entries[at];
      const raw = change(isEntry(existing) ? existing : undefined);
      // Writing replaces the whole list in the file, comments included: not done for nothing.
      if (isEntry(existing) && sameEntry(existing, raw)) return entries;
      return at < 0 ? [...entries, raw] : entries.with(at, raw);
    });
    const saved = this.all.find((project) => project.id === newId);
    if (!saved) {
      const why = new Error(vscode.l10n.t('The project could not be read back from the settings.'));
      why.name = writtenUnread;
      throw why;
    }
    return saved;
  }

  /** Adds projects behind those that are there. Rejects, with nothing written, when an id is taken by then. */
  async add(added: readonly RawProject[]): Promise<void> {
    const taken = this.takenIds();
    const clash = added.map(idOfEntry).find((id) => typeof id !== 'string' || taken.has(id));
    if (clash !== undefined) {
      throw new Error(
        vscode.l10n.t('Another project has got the id {0} meanwhile. Nothing was changed.', String(clash)),
      );
    }
    await this.#write((entries) => [...entries, ...added]);
  }

  /** Takes the project of that id out of the user's settings; everything else stays as it is. */
  async remove(id: string): Promise<void> {
    await this.#write((entries) => {
      const at = this.#indexOf(id, entries);
      return at < 0 ? entries : entries.toSpliced(at, 1);
    });
  }

  /** Rejects, with nothing written, where the file is not what the editor has told us of. */
  async #write(change: (entries: readonly unknown[]) => readonly unknown[]): Promise<void> {
    const configuration = vscode.workspace.getConfiguration(section);
    const value: unknown = configuration.inspect(key)?.globalValue;
    if (value !== undefined && !Array.isArray(value)) {
      throw new Error(
        vscode.l10n.t('The setting "reconsent.projects" is not a list. Correct it first; it was left as it is.'),
      );
    }
    // The editor would save them first, and then put our list in the place of what they say.
    if (vscode.workspace.textDocuments.some(isUnsavedSettings)) {
      throw new Error(
        vscode.l10n.t(
          'Your user settings have unsaved changes. Save or revert them first; they were left as they are.',
        ),
      );
    }
    const entries: readonly unknown[] = Array.isArray(value) ? value : [];
    const changed = change(entries);
    if (changed !== entries) await configuration.update(key, changed, vscode.ConfigurationTarget.Global);
    this.#reread();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  #reread(): void {
    this.#parsed = this.#read();
    this.#targets = targetsOf(this.#parsed.projects);
    this.#changed.fire();
  }

  #read(): ParsedProjects {
    const value = vscode.workspace.getConfiguration(section).inspect(key)?.globalValue;
    return parseProjects(value, this.descriptions);
  }

  #entries(): readonly unknown[] {
    const value: unknown = vscode.workspace.getConfiguration(section).inspect(key)?.globalValue;
    return Array.isArray(value) ? value : [];
  }

  /** Of several entries with that id the first one that can be read, as when the setting is parsed; -1 without any. */
  #indexOf(id: string, entries: readonly unknown[]): number {
    const readable = entries.findIndex(
      (entry) => idOfEntry(entry) === id && parseProjects([entry], this.descriptions).projects.length === 1,
    );
    return readable < 0 ? entries.findIndex((entry) => idOfEntry(entry) === id) : readable;
  }
}

function asText(id: unknown): readonly string[] {
  return typeof id === 'string' ? [id] : [];
}

function isEntry(entry: unknown): entry is RawProject {
  return typeof entry === 'object' && entry !== null && !Array.isArray(entry);
}

/** The settings of the default profile, which application settings stand in. */
function isUnsavedSettings({ isDirty, uri }: vscode.TextDocument): boolean {
  return isDirty && uri.scheme === 'vscode-userdata' && uri.path.endsWith('/User/settings.json');
}

function targetsOf(projects: readonly Project[]): ReadonlyMap<TargetKey, Target> {
  const targets = new Map<TargetKey, Target>();
  for (const project of projects) {
    for (const identity of project.identities) {
      const target = { project, identity };
      targets.set(targetKey(target), target);
    }
  }
  return targets;
}
