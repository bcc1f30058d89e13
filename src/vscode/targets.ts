/** From what a command was given, to the identity it acts on; asks when nothing is selected. */
import * as vscode from 'vscode';
import type { ConsentStore } from '../core/consentStore';
import { type Project, type Target, type TargetKey, targetKey } from '../core/model';
import type { ReasonTexts } from '../core/outcomeText';
import { presentIdentity } from '../core/presentation';
import { withoutIcons } from './inertText';
import type { Projects } from './projects';
import type { Prompts } from './prompts';
import { translate } from './translate';
import type { ConsentNode } from './views/consentTree';

/** Which identities a command is for, and what is said when there is none. */
export interface TargetFilter {
  readonly none: string;
  fits(target: Target): boolean;
}

/** Which projects a command is for, and what is said when there is none. */
export interface ProjectFilter {
  readonly none: string;
  fits(project: Project): boolean;
}

export class Targets {
  constructor(
    private readonly projects: Projects,
    private readonly store: ConsentStore,
    private readonly prompts: Prompts,
    private readonly texts: ReasonTexts,
    private readonly selection: () => readonly ConsentNode[],
  ) {}

  /**
   * The target of a row, of the selected row, or of the user's choice; `undefined` when the user escaped. A row that does not
   * fit is refused, a selected one only leads to the choice among those that do.
   */
  async resolve(argument: unknown, title: string, filter?: TargetFilter): Promise<Target | undefined> {
    const given = this.ofNode(argument) ?? (argument === undefined ? this.#selected() : undefined);
    if (given && (!filter || filter.fits(given))) return given;
    if (given && filter && argument !== undefined) {
      await this.prompts.warn(filter.none);
      return undefined;
    }
    return this.choose(title, filter);
  }

  async choose(title: string, filter?: TargetFilter): Promise<Target | undefined> {
    const all = [...this.projects.targets.values()];
    const targets = filter ? all.filter((target) => filter.fits(target)) : all;
    if (targets.length === 0) {
      const none = vscode.l10n.t('There is no identity yet. Add one to "reconsent.projects", or try the sandbox.');
      await this.prompts.warn(filter && all.length > 0 ? filter.none : none);
      return undefined;
    }
    const context = { now: Date.now(), texts: this.texts, translate };
    const items = targets.map((target) => {
      const shown = presentIdentity(target, this.store.get(targetKey(target)), context);
      return {
        label: withoutIcons(shown.label),
        description: withoutIcons(target.project.label),
        detail: withoutIcons(shown.description, 200),
        target,
      };
    });
    return (await this.prompts.pick(title, vscode.l10n.t('Choose an identity'), items))?.target;
  }

  /** The project of a row, of the selected row, or of the user's choice among those that fit. */
  async resolveProject(argument: unknown, title: string, filter: ProjectFilter): Promise<Project | undefined> {
    const given = this.projectOf(argument) ?? (argument === undefined ? this.#selectedProject() : undefined);
    if (given && filter.fits(given)) return given;
    const fitting = given && argument !== undefined ? [] : this.projects.all.filter((one) => filter.fits(one));
    const [only, ...others] = fitting;
    if (!only) {
      await this.prompts.warn(filter.none);
      return undefined;
    }
    if (others.length === 0) return only;
    const items = fitting.map((project) => ({
      label: withoutIcons(project.label),
      description: withoutIcons(new URL(project.endpoint).host),
      project,
    }));
    return (await this.prompts.pick(title, vscode.l10n.t('Choose a project'), items))?.project;
  }

  /** The project of a row, as it is configured now. */
  projectOf(argument: unknown): Project | undefined {
    if (!isNode(argument)) return undefined;
    if (argument.kind === 'identity' || argument.kind === 'detail') return this.ofNode(argument)?.project;
    const { project } = argument.kind === 'no-identity' ? argument.parent : argument;
    return this.projects.all.find(({ id }) => id === project.id);
  }

  /** The identities of several rows, as they are configured now; a project stands for all of its own. Each comes once. */
  ofNodes(nodes: readonly unknown[]): readonly Target[] {
    const found = new Map<TargetKey, Target>();
    for (const node of nodes) {
      const one = this.ofNode(node);
      const project = one ? undefined : this.projectOf(node);
      const targets = one ? [one] : (project?.identities ?? []).map((identity) => ({ project, identity }));
      for (const { project, identity } of targets) {
        const target = project && this.projects.targets.get(targetKey({ project, identity }));
        if (target) found.set(targetKey(target), target);
      }
    }
    return [...found.values()];
  }

  #selectedProject(): Project | undefined {
    const [only, ...others] = this.selection();
    return others.length === 0 ? this.projectOf(only) : undefined;
  }

  /** The identity of a row, as it is configured now: a row is trusted for its key only. */
  ofNode(argument: unknown): Target | undefined {
    if (!isNode(argument) || argument.kind === 'project' || argument.kind === 'no-identity') return undefined;
    const node = argument.kind === 'detail' ? argument.parent : argument;
    return this.projects.targets.get(targetKey(node.target));
  }

  #selected(): Target | undefined {
    const [only, ...others] = this.selection();
    return others.length === 0 ? this.ofNode(only) : undefined;
  }
}

function isNode(argument: unknown): argument is ConsentNode {
  return (
    typeof argument === 'object' &&
    argument !== null &&
    'kind' in argument &&
    typeof argument.kind === 'string' &&
    ['project', 'no-identity', 'identity', 'detail'].includes(argument.kind)
  );
}
