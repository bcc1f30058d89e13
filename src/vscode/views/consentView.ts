import * as vscode from 'vscode';
import { type ConsentStore, identityNeedsAttention } from '../../core/consentStore';
import type { Target, TargetKey } from '../../core/model';
import type { Projects } from '../projects';
import type { ConsentNode, ConsentTree } from './consentTree';

/** The badge of the view counts the identities that need attention. */
export function attentionBadge(
  view: Pick<vscode.TreeView<ConsentNode>, 'badge'>,
  projects: Pick<Projects, 'targets' | 'onDidChange'>,
  store: ConsentStore,
): vscode.Disposable {
  const attention = new Set<TargetKey>();
  // Only those that have changed are looked at: of thousands, one changes several times in each reset.
  const updateBadge = (changed: Iterable<TargetKey>): void => {
    for (const key of changed) {
      if (projects.targets.has(key) && identityNeedsAttention(store.get(key))) attention.add(key);
      else attention.delete(key);
    }
    const value = attention.size;
    if (value === (view.badge?.value ?? 0)) return;
    const tooltip =
      value === 1 ? vscode.l10n.t('1 identity needs attention') : vscode.l10n.t('{0} identities need attention', value);
    view.badge = value === 0 ? undefined : { value, tooltip };
  };
  return vscode.Disposable.from(
    store.subscribe(updateBadge),
    projects.onDidChange(() => updateBadge([...attention, ...projects.targets.keys()])),
  );
}

/** Shows the identity with its rows, and takes no focus. */
export function revealIdentity(
  view: Pick<vscode.TreeView<ConsentNode>, 'reveal'>,
  tree: ConsentTree,
  target: Target,
): void {
  const node = tree.nodeOf(target);
  // A view that the user has taken away cannot be shown; what was done is done.
  if (node) view.reveal(node, { expand: true, select: false, focus: false }).then(undefined, () => undefined);
}
