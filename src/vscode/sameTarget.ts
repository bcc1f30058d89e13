/** What a question, a wait or a notification was about may be configured otherwise by the time it is answered. */
import * as vscode from 'vscode';
import { plainText } from '../core/foreignText';
import { type Target, targetKey } from '../core/model';
import type { Projects } from './projects';
import type { Prompts } from './prompts';

export interface SameTargetPorts {
  readonly projects: Pick<Projects, 'targets'>;
  readonly prompts: Pick<Prompts, 'warn'>;
}

/** The target as it is configured now; `undefined` when it is gone, or is another one: of another service or origin. */
export function configuredNow(target: Target, { targets }: Pick<Projects, 'targets'>): Target | undefined {
  const now = targets.get(targetKey(target));
  const { provider, endpoint } = target.project;
  return now?.project.provider === provider && now.project.endpoint === endpoint ? now : undefined;
}

/** As {@link configuredNow}, before something is sent or stored; says so when that is no longer for this target. */
export async function sameTarget(target: Target, { projects, prompts }: SameTargetPorts): Promise<Target | undefined> {
  const now = configuredNow(target, projects);
  if (!now) {
    await prompts.warn(
      vscode.l10n.t(
        'The settings of {0} have changed since this was begun, so it ends here. Nothing was sent or stored.',
        plainText(target.identity.label, 80),
      ),
    );
  }
  return now;
}
