/** From the palette: whose consents are to be reset, by selection, state or project, or one by one. */
import * as vscode from 'vscode';
import type { ConsentStore, IdentityState } from '../../core/consentStore';
import { plainText } from '../../core/foreignText';
import { type Target, targetKey } from '../../core/model';
import type { ReasonTexts } from '../../core/outcomeText';
import { presentIdentity } from '../../core/presentation';
import { withoutIcons } from '../inertText';
import type { Projects } from '../projects';
import type { Prompts } from '../prompts';
import type { Targets } from '../targets';
import { translate } from '../translate';

export interface ScopePorts {
  readonly projects: Pick<Projects, 'all' | 'targets'>;
  readonly prompts: Prompts;
  readonly store: ConsentStore;
  readonly targets: Pick<Targets, 'ofNodes'>;
  readonly texts: ReasonTexts;
  /** The rows that are selected in the tree. */
  selection(): readonly unknown[];
}

/** `undefined` when the user escaped. */
export async function chooseScope(ports: ScopePorts): Promise<readonly Target[] | undefined> {
  const { projects, prompts, selection, store, targets } = ports;
  const { l10n } = vscode;
  const all = [...projects.targets.values()];
  const inState = (fits: (state: IdentityState) => boolean): readonly Target[] =>
    all.filter((target) => fits(store.get(targetKey(target))));
  const scopes: readonly (readonly [label: string, targets: readonly Target[]])[] = [
    [l10n.t('Selected in the tree'), targets.ofNodes(selection())],
    [l10n.t('Granted, as far as it was read'), inState(({ consent }) => consent.kind === 'granted')],
    [l10n.t('Signed in, state not known'), inState(isUnknown)],
    [l10n.t('All identities'), all],
    ...(projects.all.length > 1
      ? projects.all.map((project) => {
          const own = all.filter((target) => target.project.id === project.id);
          return [l10n.t('Project {0}', plainText(project.label, 80)), own] as const;
        })
      : []),
  ];
  const items = [
    ...scopes
      .filter(([, { length }]) => length > 0)
      .map(([label, scope]) => ({ label: withoutIcons(label), description: String(scope.length), scope })),
    { label: l10n.t('Choose one by one…'), description: '', scope: undefined },
  ];
  const title = l10n.t('Reset several consents');
  const placeholder = l10n.t('Whose consents? You are asked once more before anything is sent');
  const chosen = await prompts.pick(title, placeholder, items);
  if (!chosen) return undefined;
  return chosen.scope ?? chooseOneByOne(all, ports);
}

function isUnknown({ consent, unfinished }: IdentityState): boolean {
  return unfinished !== undefined || consent.kind === 'stored' || consent.kind === 'unread';
}

async function chooseOneByOne(
  all: readonly Target[],
  { prompts, store, texts }: ScopePorts,
): Promise<readonly Target[] | undefined> {
  const context = { now: Date.now(), texts, translate };
  const items = all.map((target) => {
    const shown = presentIdentity(target, store.get(targetKey(target)), context);
    return {
      label: withoutIcons(shown.label),
      description: withoutIcons(target.project.label),
      detail: withoutIcons(shown.description, 200),
      target,
    };
  });
  const title = vscode.l10n.t('Reset several consents');
  const chosen = await prompts.pickSeveral(title, vscode.l10n.t('Check the identities'), items);
  return chosen?.map(({ target }) => target);
}
