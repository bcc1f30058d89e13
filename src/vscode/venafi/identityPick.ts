/** The list in which a user is looked for while typing. Whatever is typed can also be an exact id, or that of an application. */
import * as vscode from 'vscode';
import { plainText } from '../../core/foreignText';
import type { Reason } from '../../core/model';
import { reasonParagraph } from '../../core/outcomeText';
import { type FoundIdentity, takeable } from '../../providers/venafiTpp/identities';
import { endsInUuid, subjectOf } from '../../providers/venafiTpp/subject';
import { withoutIcons } from '../inertText';
import { translate } from '../translate';
import type { Directory } from './directory';
import { applicationIdIn, nameIn } from './identityNames';
import type { VenafiPorts } from './ports';

export type Choice =
  /** `namesakes`: how many others in the list have the same name. */
  | { readonly kind: 'user'; readonly identity: FoundIdentity; readonly namesakes: number }
  /** An exact id that was typed in; not checked yet. */
  | { readonly kind: 'id'; readonly prefixedUniversal: string }
  | { readonly kind: 'application'; readonly applicationId: string };

/** A row without a choice cannot be taken, and says why. */
interface Row extends vscode.QuickPickItem {
  readonly choice?: Choice;
}

/** After the last key; a request for each of them would only be in the way of the next. */
const debounceMs = 250;
const limit = 20;

type PickPorts = Pick<VenafiPorts, 'clock' | 'texts'>;

/** `undefined`: the user has escaped. */
export function pickIdentity(title: string, directory: Directory, ports: PickPorts): Promise<Choice | undefined> {
  const pick = vscode.window.createQuickPick<Row>();
  pick.title = title;
  pick.placeholder = vscode.l10n.t('Part of a user name, an id like local:{…}, or the id of an application');
  pick.ignoreFocusOut = true;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  let asking = new AbortController();
  const look = async (text: string): Promise<void> => {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const typed = rowsOfText(text);
    // An Enter before the answer must not take for an application what is the name of a user.
    pick.items = typed.filter(({ choice }) => choice?.kind === 'id' || /^\s*application:/.test(text));
    pick.busy = text.trim() !== '';
    if (!pick.busy) return;
    const found = await search(text.trim(), directory, ports, signal);
    // Another key was pressed, or the list is gone.
    if (signal.aborted) return;
    pick.busy = false;
    pick.items = [...found, ...typed];
    // Never a row that cannot be taken, where a user was found. An application stays for the one who goes to its row.
    const first = found.find(({ choice }) => choice);
    if (first) pick.activeItems = [first];
  };
  return new Promise((resolve) => {
    const done = (choice: Choice | undefined): void => {
      asking.abort();
      resolve(choice);
      pick.dispose();
    };
    pick.onDidChangeValue((text) => void look(text));
    pick.onDidAccept(() => {
      const choice = pick.selectedItems[0]?.choice;
      if (choice) done(choice);
    });
    pick.onDidHide(() => done(undefined));
    pick.show();
  });
}

async function search(
  text: string,
  directory: Directory,
  { clock, texts }: PickPorts,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  try {
    await clock.sleep(debounceMs, signal);
  } catch {
    return [];
  }
  const result = await directory.browse(text, limit, signal);
  if (result.kind === 'aborted') return [];
  if (result.kind === 'failed') {
    return [
      {
        label: vscode.l10n.t('The server could not be asked'),
        detail: whyNot(result.reason, { texts }),
        alwaysShow: true,
      },
    ];
  }
  const all = result.identities.map((identity) => rowOf(identity, result.identities, { texts }));
  const rows = [...all.filter(({ choice }) => choice), ...all.filter(({ choice }) => !choice)];
  const hidden = result.unread > 0 || result.identities.length >= limit;
  const more = { label: vscode.l10n.t('There may be more: type more of the name'), alwaysShow: true };
  const none = { label: vscode.l10n.t('No user of that name'), alwaysShow: true };
  return [...(rows.length === 0 ? [none] : rows), ...(hidden ? [more] : [])];
}

function rowOf(identity: FoundIdentity, all: readonly FoundIdentity[], ports: Pick<VenafiPorts, 'texts'>): Row {
  const name = nameIn(identity);
  const more = identity.fullName === name ? identity.prefixedName : identity.fullName;
  const judged = takeable(identity);
  if (judged.kind === 'refused') {
    return {
      // VS Code sorts by how well labels fit what is typed, and leaves out separators then. Without the name in its own, this
      // row stands after those that can be taken.
      label: `$(circle-slash) ${vscode.l10n.t('Cannot be added')}`,
      description: withoutIcons(name === more ? name : `${name} · ${more}`),
      detail: whyNot(judged.reason, ports),
      alwaysShow: true,
    };
  }
  const namesakes = all.filter((one) => one !== identity && same(nameIn(one), name)).length;
  return {
    label: withoutIcons(name),
    description: withoutIcons(more),
    alwaysShow: true,
    // The exact id: names can be alike, ids cannot.
    detail: withoutIcons(identity.prefixedUniversal, 512),
    choice: { kind: 'user', identity, namesakes },
  };
}

function same(one: string, other: string): boolean {
  return plainText(one).toLowerCase() === plainText(other).toLowerCase();
}

function rowsOfText(text: string): readonly Row[] {
  const id = text.trim();
  if (subjectOf({ id })?.kind === 'grantee') {
    return [
      {
        label: vscode.l10n.t('Check this id and add it'),
        description: withoutIcons(id, 512),
        ...(endsInUuid(id) ? {} : { detail: vscode.l10n.t('It does not end in a UUID, as ids of users do.') }),
        alwaysShow: true,
        choice: { kind: 'id', prefixedUniversal: id },
      },
    ];
  }
  const applicationId = applicationIdIn(text);
  if (applicationId === undefined) return [];
  return [
    {
      // The list is sorted by how well labels fit: without the typed text in its own, this row stands after the users.
      label: vscode.l10n.t('Add as an application'),
      description: withoutIcons(applicationId, 512),
      detail: vscode.l10n.t('By its id, as it is written on the server. A reset ends the grants of all of its users.'),
      alwaysShow: true,
      choice: { kind: 'application', applicationId },
    },
  ];
}

/** What a row says of somebody who cannot be taken. */
function whyNot(why: Reason, { texts }: Pick<VenafiPorts, 'texts'>): string {
  return withoutIcons(reasonParagraph(why, texts, translate), 200);
}
