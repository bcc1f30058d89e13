/** The configured projects, live. Only the user's own value counts: a workspace must not decide where secrets go. */
import * as vscode from 'vscode';
import { type Project, type Target, type TargetKey, targetKey } from '../core/model';
import { type RawProject, sameEntry } from '../core/projectEntry';
import { type ParsedProjects, parseProjects, type SettingProblem } from '../core/projectsSetting';
import type { ProviderDescription } from '../core/provider';

const section = 'reconsent';
const key = 'projects';

export class Projects implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #subscription: vscode.Disposable;
  #parsed: ParsedProjects;
  #targets: ReadonlyMap<TargetKey, Target>;

  constructor(private readonly descriptions: ReadonlyMap<string, ProviderDescription>) {
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
    const value: unknown = vscode.workspace.getConfiguration(section).inspect(key)?.globalValue;
    const at = Array.isArray(value) ? value.findIndex((entry) => idOf(entry) === id) : -1;
    return at < 0 ? '' : `[${at}]`;
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
    const configuration = vscode.workspace.getConfiguration(section);
    const value: unknown = configuration.inspect(key)?.globalValue;
    if (value !== undefined && !Array.isArray(value)) {
      throw new Error(
        vscode.l10n.t('The setting "reconsent.projects" is not a list. Correct it first; it was left as it is.'),
      );
    }
    const entries: readonly unknown[] = Array.isArray(value) ? value : [];
    const existing = entries.find((entry): entry is RawProject => idOf(entry) === id);
    const raw = change(existing);
    // Writing replaces the whole list in the file, comments included: not done for nothing.
    const same = existing !== undefined && sameEntry(existing, raw);
    const changed = existing ? entries.map((entry) => (entry === existing ? raw : entry)) : [...entries, raw];
    if (!same) await configuration.update(key, changed, vscode.ConfigurationTarget.Global);
    this.#reread();
    const saved = this.all.find((project) => project.id === id);
    if (!saved) throw new Error(vscode.l10n.t('The project could not be read back from the settings.'));
    return saved;
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
}

function idOf(entry: unknown): unknown {
  if (typeof entry !== 'object' || entry === null) return undefined;
  return 'id' in entry ? entry.id : 'name' in entry ? entry.name : undefined;
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
