/** Forget Credential: one of several, or all. The consent itself stays as it is, and the modal says so. */
import * as vscode from 'vscode';
import { credentialKey } from '../../core/credentialSource';
import { plainText } from '../../core/foreignText';
import { localTime } from '../../core/localTime';
import type { Target } from '../../core/model';
import type { CredentialMarker } from '../../core/ports';
import { withoutIcons } from '../inertText';
import type { Prompts } from '../prompts';
import { configuredNow } from '../sameTarget';
import { isByOperator, sharing } from '../sharing';
import type { CredentialCommandPorts } from './credentials';

export type ForgetPorts = Pick<
  CredentialCommandPorts,
  'descriptions' | 'vault' | 'operations' | 'projects' | 'prompts'
>;

export async function forgetCredential(target: Target, ports: ForgetPorts): Promise<void> {
  const { vault, prompts, operations, projects } = ports;
  const byOperator = isByOperator(target, ports);
  const identity = plainText((byOperator ? target.project : target.identity).label, 80);
  const all = (await vault.markers()).get(credentialKey(target, byOperator)) ?? [];
  const markers = all.filter(({ ended }) => ended === undefined);
  // One that was forgotten before may have survived that, when the secret storage did not answer.
  if (all.every(({ ended }) => ended?.by === 'reset')) {
    await prompts.warn(vscode.l10n.t('No credential of {0} is stored on this computer.', identity));
    return;
  }
  const which = markers.length > 1 ? await chooseOne(target, markers, prompts) : 'all';
  if (which === undefined) return;
  const one = which !== 'all';
  const yes = await prompts.confirm(
    one
      ? vscode.l10n.t('Forget this credential of {0}?', identity)
      : markers.length > 1
        ? vscode.l10n.t('Forget all {0} credentials of {1}?', markers.length, identity)
        : vscode.l10n.t('Forget the credential of {0}?', identity),
    byOperator
      ? vscode.l10n.t(
          'It is the sign-in of the operator, which all identities of the project share (now: {0}). It is deleted from this computer; on the server it stays alive until it ends by itself. "Sign Out…" ends it there, too.',
          sharing(target, ports).length,
        )
      : one
        ? vscode.l10n.t('It is deleted from this computer. The consent itself stays, and can be reset with the others.')
        : vscode.l10n.t(
            'It is deleted from this computer. The consent itself stays: without a token it can no longer be reset from here.',
          ),
    vscode.l10n.t('Forget Credential'),
  );
  if (!yes) return;
  try {
    await (one ? vault.forgetOne(target, which) : vault.forget(target));
  } catch {
    await prompts.error(
      vscode.l10n.t(
        'The secret storage of this computer did not delete the credential. Unlock the keyring and try again.',
      ),
    );
    return;
  }
  for (const touched of sharing(target, ports)) {
    operations.credentialChanged(touched, { kind: one ? 'stored' : 'not-signed-in' });
  }
  // It tells what is left, which may be nothing that can be used.
  const now = one ? configuredNow(target, projects) : undefined;
  if (now) await operations.probe(now, new AbortController().signal);
}

async function chooseOne(
  target: Target,
  markers: readonly CredentialMarker[],
  prompts: Prompts,
): Promise<number | 'all' | undefined> {
  const items: { label: string; detail: string; which: number | 'all' }[] = markers.map(({ storedAt, grants }) => ({
    label: vscode.l10n.t('Sign-in of {0}', localTime(storedAt)),
    detail: grants === undefined ? vscode.l10n.t('scopes not known') : withoutIcons(grants.join(', '), 200),
    which: storedAt,
  }));
  items.push({
    label: vscode.l10n.t('All of them'),
    detail: vscode.l10n.t('Nothing that could reset the consent is left on this computer.'),
    which: 'all',
  });
  const title = vscode.l10n.t('Forget credentials of {0}', withoutIcons(target.identity.label));
  return (await prompts.pick(title, vscode.l10n.t('Which one?'), items))?.which;
}
