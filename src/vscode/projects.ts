/** The configured projects, live. Only the user's own value counts: a workspace must not decide where secrets go. */
import * as vscode from 'vscode';
import { type Project, type Target, type TargetKey, targetKey } from '../core/model';
import { idOfEntry, type RawProject, sameEntry } from '../core/projectEntry';
import { type ParsedProjects, parseProjects } from '../core/projectsSetting';
import type { ProviderProfile } from '../core/provider';
import type { SettingProblem } from '../core/settingTexts';
import { key, ownValue, section } from './projectsValue';
import { ignoredPlaces } from './settingsProblems/ignoredPlaces';

/** The name of the error after which the settings are not as they were: parts of the bundle have no class in common. */
export const writtenUnread = 'WrittenUnread';

export class Projects implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: readonly vscode.Disposable[];
  /** As they stand in the setting. */
  #entries: readonly unknown[] = [];
  #known: ReadonlyMap<string, number> | undefined;
  #parsed: ParsedProjects;
  #targets: ReadonlyMap<TargetKey, Target>;

  constructor(private readonly descriptions: ReadonlyMap<string, ProviderProfile>) {
    this.#parsed = this.#read();
    this.#targets = targetsOf(this.#parsed.projects);
    this.#subscriptions = [
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`${section}.${key}`)) this.#reread();
      }),
      // A folder that comes has settings of its own.
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#changed.fire()),
    ];
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
    const at = this.#places().get(id);
    return at === undefined ? '' : `[${at}]`;
  }

  /** The project of that id as it stands in the setting, unparsed. */
  entryOf(id: string): RawProject | undefined {
    const entry = this.#entries[this.#places().get(id) ?? -1];
    return isEntry(entry) ? entry : undefined;
  }

  /** The ids that a new project must not have: those of entries that cannot be read, too. */
  takenIds(): ReadonlySet<string> {
    return new Set(this.#entries.flatMap((entry) => asText(idOfEntry(entry))));
  }

  /** Where somebody else than the user sets the projects, which has no effect. */
  readonly ignoredPlaces = ignoredPlaces;

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
      const at = this.#placesIn(entries).get(id) ?? -1;
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
      const at = this.#placesIn(entries).get(id) ?? -1;
      return at < 0 ? entries : entries.toSpliced(at, 1);
    });
  }

  /** Rejects, with nothing written, where the file is not what the editor has told us of. */
  async #write(change: (entries: readonly unknown[]) => readonly unknown[]): Promise<void> {
    const value = ownValue();
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
    if (changed !== entries) {
      await vscode.workspace.getConfiguration(section).update(key, changed, vscode.ConfigurationTarget.Global);
    }
    this.#reread();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  #reread(): void {
    this.#parsed = this.#read();
    this.#targets = targetsOf(this.#parsed.projects);
    this.#changed.fire();
  }

  #read(): ParsedProjects {
    const value = ownValue();
    this.#entries = Array.isArray(value) ? value : [];
    this.#known = undefined;
    return parseProjects(value, this.descriptions);
  }

  /** Found once for each reading: whoever goes through all projects asks for each. */
  #places(): ReadonlyMap<string, number> {
    this.#known ??= this.#placesIn(this.#entries);
    return this.#known;
  }

  /** Of several entries with one id the first one that can be read, as when the setting is parsed. */
  #placesIn(entries: readonly unknown[]): ReadonlyMap<string, number> {
    const isReadable = (entry: unknown) => parseProjects([entry], this.descriptions).projects.length === 1;
    const places = new Map<string, number>();
    for (const [at, entry] of entries.entries()) {
      const id = idOfEntry(entry);
      if (typeof id !== 'string') continue;
      const before = places.get(id);
      if (before === undefined || (!isReadable(entries[before]) && isReadable(entry))) places.set(id, at);
    }
    return places;
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
