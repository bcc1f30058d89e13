/** The picker of Data Portability scopes: grouped by service, searchable, usable by keyboard alone. */
import * as vscode from 'vscode';
import { plainText } from '../core/foreignText';
import {
  parseRecentSets,
  type ScopeGroup,
  type ScopeItem,
  type ScopeModel,
  type ScopeSet,
  select,
  withRecentSet,
} from '../providers/googleDataPortability/scopeSelection';
import { checkSelection, manyScopes } from '../providers/googleDataPortability/scopes';
import { withoutIcons } from './inertText';

export type ScopePickerWindow = Pick<typeof vscode.window, 'createQuickPick'>;

const recentKey = 'reconsent.recentScopeSets';

/** The sets that were chosen before in {@link pickScopes}, most recent first; what the model's `recentSets` takes. */
export function recentScopeSets(recent: vscode.Memento): readonly (readonly string[])[] {
  return parseRecentSets(recent.get(recentKey));
}

/** Asks for scopes. Resolves with their resources, at least one; with `undefined` when the user escaped. */
export async function pickScopes(
  model: ScopeModel,
  window: ScopePickerWindow,
  recent: vscode.Memento,
): Promise<readonly string[] | undefined> {
  const picker = new ScopePicker(model, window);
  const chosen = await picker.ask();
  if (chosen) await recent.update(recentKey, withRecentSet(recentScopeSets(recent), chosen));
  return chosen;
}

/** Asks for one scope that is not granted. Resolves with its resource; with `undefined` when the user escaped. */
export async function pickOneScope(model: ScopeModel, window: ScopePickerWindow): Promise<string | undefined> {
  const pick = window.createQuickPick<Row>();
  pick.title = vscode.l10n.t('One scope for {0}, not granted before', plainText(model.subject, 60));
  pick.placeholder = vscode.l10n.t('Search by data, service, scope or category');
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.ignoreFocusOut = true;
  pick.items = model.groups.flatMap(scopeRows);
  const subscriptions: vscode.Disposable[] = [];
  try {
    return await new Promise((resolve) => {
      subscriptions.push(
        pick.onDidAccept(() => {
          const scope = pick.selectedItems[0]?.scope;
          if (scope?.locked) {
            pick.value = '';
            pick.placeholder = lockedNote([scope]);
          } else if (scope) {
            resolve(scope.resource);
          }
        }),
        pick.onDidHide(() => resolve(undefined)),
      );
      pick.show();
    });
  } finally {
    for (const subscription of subscriptions) subscription.dispose();
    pick.dispose();
  }
}

interface Row extends vscode.QuickPickItem {
  readonly scope?: ScopeItem;
  readonly set?: ScopeSet;
}

class ScopePicker {
  readonly #pick: vscode.QuickPick<Row>;
  readonly #rows: readonly Row[];
  readonly #buttons: readonly { readonly button: vscode.QuickInputButton; press(): void }[];
  readonly #total: number;
  #chosen: readonly string[];
  /** What the last change or key could not do. */
  #note: string | undefined;

  constructor(
    private readonly model: ScopeModel,
    window: ScopePickerWindow,
  ) {
    this.#chosen = model.initial.chosen;
    this.#note = lockedNote(model.initial.refused);
    this.#total = model.groups.reduce((sum, { items }) => sum + items.length, 0);
    this.#rows = [...setRows(model.sets), ...model.groups.flatMap(scopeRows)];
    this.#buttons = [...this.#projectButton(), ...this.#recentButton()];
    const pick = window.createQuickPick<Row>();
    this.#pick = pick;
    pick.canSelectMany = true;
    pick.matchOnDescription = true;
    pick.matchOnDetail = true;
    pick.keepScrollPosition = true;
    // A selection is work: looking something up in a browser must not undo it.
    pick.ignoreFocusOut = true;
    pick.items = this.#rows;
    pick.buttons = this.#buttons.map(({ button }) => button);
    this.#check();
    this.#tell();
  }

  async ask(): Promise<readonly string[] | undefined> {
    const pick = this.#pick;
    const subscriptions: vscode.Disposable[] = [];
    try {
      return await new Promise((resolve) => {
        subscriptions.push(
          pick.onDidChangeSelection((rows) => this.#change(rows)),
          pick.onDidTriggerButton((pressed) => this.#buttons.find(({ button }) => button === pressed)?.press()),
          pick.onDidAccept(() => {
            if (this.#acceptable()) resolve(this.#chosen);
          }),
          pick.onDidHide(() => resolve(undefined)),
        );
        pick.show();
      });
    } finally {
      for (const subscription of subscriptions) subscription.dispose();
      pick.dispose();
    }
  }

  /** The editor reports our own corrections, too: they are recognised by changing nothing, and keep their note. */
  #change(rows: readonly Row[]): void {
    const scopes = rows.flatMap(({ scope }) => scope ?? []);
    const sets = rows.flatMap(({ set }) => set ?? []);
    const echo = sets.length === 0 && sameItems(scopes, this.#chosen);
    if (!echo) this.#take(scopes, sets);
  }

  #take(scopes: readonly ScopeItem[], sets: readonly ScopeSet[]): void {
    const { chosen, refused } = select(this.model, this.#chosen, scopes, sets);
    this.#chosen = chosen;
    this.#note = lockedNote(refused);
    if (sets.length > 0 || !sameItems(scopes, chosen)) this.#check();
    this.#tell();
  }

  /** Sets the check marks to what is chosen. */
  #check(): void {
    const chosen = new Set(this.#chosen);
    this.#pick.selectedItems = this.#rows.filter(({ scope }) => scope !== undefined && chosen.has(scope.resource));
  }

  #acceptable(): boolean {
    const [problem] = checkSelection(this.#chosen).problems;
    if (problem === undefined) return true;
    this.#note = vscode.l10n.t('Choose at least one scope');
    this.#tell();
    return false;
  }

  /** The title stays while something is typed, the placeholder does not: what matters longest is in the title. */
  #tell(): void {
    const count = this.#chosen.length;
    const long = checkSelection(this.#chosen).warnings.find((warning) => warning.kind === 'too-many');
    const subject = plainText(this.model.subject, 60);
    this.#pick.title = long
      ? vscode.l10n.t('Scopes for {0}: {1} chosen, more than {2} may be too many', subject, count, manyScopes)
      : vscode.l10n.t('Scopes for {0}: {1} of {2} chosen', subject, count, this.#total);
    this.#pick.placeholder = this.#note ?? (long ? tooManyNote(long.urlLength) : this.#hint());
  }

  #hint(): string {
    const { foreign, groups } = this.model;
    if (foreign.length > 0) {
      return vscode.l10n.t('Left out, no Data Portability scope: {0}', plainText(foreign.join(', '), 100));
    }
    return groups.some(({ items }) => items.some(({ locked }) => locked))
      ? vscode.l10n.t('Search for more scopes. Asking again for granted ones ends at a page that never comes back.')
      : vscode.l10n.t('Search by data, service, scope or category');
  }

  #projectButton() {
    const set = this.model.sets.find(({ kind }) => kind === 'project');
    if (!set) return [];
    const button = { iconPath: new vscode.ThemeIcon('project'), tooltip: vscode.l10n.t('Project set') };
    return [{ button, press: () => this.#take(this.#checked(), [set]) }];
  }

  #recentButton() {
    const first = this.#rows.find(({ set }) => set?.kind === 'recent');
    if (!first) return [];
    const button = { iconPath: new vscode.ThemeIcon('history'), tooltip: vscode.l10n.t('Recent…') };
    const press = (): void => {
      this.#pick.value = '';
      this.#pick.activeItems = [first];
    };
    return [{ button, press }];
  }

  #checked(): readonly ScopeItem[] {
    const chosen = new Set(this.#chosen);
    return this.#rows.flatMap(({ scope }) => (scope && chosen.has(scope.resource) ? scope : []));
  }
}

/**
 * The sets are rows, too: not every supported editor lets the keyboard reach the buttons of the title
 * (microsoft/vscode#258430).
 */
function setRows(sets: readonly ScopeSet[]): readonly Row[] {
  if (sets.length === 0) return [];
  const rows = sets.map((set) => ({
    label: setLabel(set),
    description: vscode.l10n.t('check to choose exactly these'),
    detail: withoutIcons(set.items.map((item) => vscode.l10n.t(item.label)).join(', '), 200),
    set,
  }));
  return [separator(vscode.l10n.t('Sets')), ...rows];
}

function setLabel({ kind, items }: ScopeSet): string {
  switch (kind) {
    case 'project':
      return vscode.l10n.t('Project set ({0})', items.length);
    case 'recent':
      return vscode.l10n.t('Recent set ({0})', items.length);
    case 'granted':
      return vscode.l10n.t('Granted now ({0})', items.length);
  }
}

function scopeRows(group: ScopeGroup): readonly Row[] {
  const name = group.service === undefined ? vscode.l10n.t('Other services') : vscode.l10n.t(group.service);
  const rows = group.items.map((scope) => ({
    label: withoutIcons(vscode.l10n.t(scope.label)),
    description: withoutIcons(scope.resource),
    detail: [name, ...marks(scope)].join(' · '),
    scope,
  }));
  return [separator(name), ...rows];
}

function separator(label: string): Row {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

function marks({ kind, category, granted, locked }: ScopeItem): readonly string[] {
  return [
    ...(category === 'sensitive' ? [vscode.l10n.t('sensitive')] : []),
    ...(category === 'restricted' ? [vscode.l10n.t('restricted')] : []),
    ...(kind === 'retired' ? [vscode.l10n.t('retired by Google')] : []),
    ...(kind === 'unknown' ? [vscode.l10n.t('not known to this version')] : []),
    ...(locked ? [vscode.l10n.t('already granted, reset first')] : []),
    ...(granted && !locked ? [vscode.l10n.t('granted now')] : []),
  ];
}

function lockedNote(refused: readonly ScopeItem[]): string | undefined {
  const [first, ...others] = refused;
  if (first === undefined) return undefined;
  return others.length === 0
    ? vscode.l10n.t(
        "{0}: already granted. Asked for again, Google's page never comes back: reset the consent first.",
        vscode.l10n.t(first.label),
      )
    : vscode.l10n.t(
        "{0} scopes are already granted. Asked for again, Google's page never comes back: reset the consent first.",
        refused.length,
      );
}

function tooManyNote(urlLength: number): string {
  const about = Math.round(urlLength / 100) * 100;
  return vscode.l10n.t('The consent address has about {0} characters; Google answers 400 if it is too long.', about);
}

function sameItems(items: readonly ScopeItem[], resources: readonly string[]): boolean {
  const chosen = new Set(resources);
  return items.length === chosen.size && items.every(({ resource }) => chosen.has(resource));
}
