/** The full list before the question, where it does not fit into it. */
import * as vscode from 'vscode';
import type { BulkItem, BulkPlan } from '../../core/bulkPreview';
import { type EarlierUnknown, namedAtMost, presentBulkItem, presentLeftOut } from '../../core/bulkWords';
import type { PresentationContext } from '../../core/presentation';
import { withoutIcons } from '../inertText';
import type { Prompts } from '../prompts';

type Row = vscode.QuickPickItem & { readonly item?: BulkItem };

/** What is gone on with: all, unless the user has unchecked some; `undefined` when the user escaped. */
export async function review(
  plan: BulkPlan,
  earlierUnknown: EarlierUnknown,
  context: PresentationContext,
  prompts: Prompts,
): Promise<readonly BulkItem[] | undefined> {
  const { items, leftOut } = plan;
  if (items.length + leftOut.length <= namedAtMost) return items;
  const rows: Row[] = [];
  let project: string | undefined;
  for (const item of items) {
    const { id, label } = item.target.project;
    if (id !== project) rows.push(separator(label));
    project = id;
    rows.push({ ...inert(presentBulkItem(item, earlierUnknown, context)), item });
  }
  if (leftOut.length > 0) rows.push(separator(vscode.l10n.t('Left out, nothing is sent for them')));
  for (const result of leftOut) rows.push(inert(presentLeftOut(result, context)));
  const chosen = await prompts.review(
    vscode.l10n.t('Consents to reset: {0}, left out: {1}', items.length, leftOut.length),
    vscode.l10n.t('Read the list, uncheck what is to stay, and go on to the confirmation'),
    rows,
    ({ item }) => item !== undefined,
  );
  return chosen?.flatMap(({ item }) => item ?? []);
}

function separator(label: string): Row {
  return { label: withoutIcons(label), kind: vscode.QuickPickItemKind.Separator };
}

function inert({ label, description, detail }: ReturnType<typeof presentBulkItem>): Row {
  return {
    label: withoutIcons(label),
    description: withoutIcons(description, 200),
    ...(detail !== '' && { detail: withoutIcons(detail, 400) }),
  };
}
