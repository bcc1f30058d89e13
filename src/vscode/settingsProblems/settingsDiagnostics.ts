/** Problems and quick fixes in open settings documents. A lazy part of the bundle. */
import * as vscode from 'vscode';
import { parseProjects } from '../../core/projectsSetting';
import { settingSentences } from '../../core/settingTexts';
import { providerProfiles } from '../../providers/profiles';
import { translate } from '../translate';
import { type Finding, type Fix, findProblems, type RefusedFile } from './findings';
import { type SettingsPlace, settingsPlace } from './places';
import { refusedFiles } from './refusedFiles';
import { projectsProperties, withoutMark } from './settingsTree';
import type { SettingsWatchPorts } from './watchSettings';

const source = 'Reconsent';
/** Typing goes on meanwhile. */
const pauseMs = 300;

interface Shown {
  readonly diagnostic: vscode.Diagnostic;
  readonly finding: Finding;
}

export class SettingsDiagnostics implements vscode.CodeActionProvider, vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('reconsent');
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  readonly #subscriptions: readonly vscode.Disposable[];
  #files: readonly RefusedFile[] = [];
  #isDisposed = false;

  constructor(private readonly deps: SettingsWatchPorts) {
    const selector = [{ pattern: '**/settings.json' }, { pattern: '**/*.code-workspace' }];
    const kinds = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
    this.#subscriptions = [
      this.#collection,
      vscode.languages.registerCodeActionsProvider(selector, this, kinds),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#soon(document)),
      vscode.workspace.onDidCloseTextDocument((document) => this.#forget(document)),
      vscode.workspace.onDidChangeConfiguration((changed) => {
        if (!changed.affectsConfiguration('reconsent.projects')) return;
        for (const document of vscode.workspace.textDocuments) this.#soon(document);
      }),
    ];
  }

  /** Publishes what is wrong with the document as it is now, saved or not, and then what is with the files that it names. */
  async check(document: vscode.TextDocument): Promise<void> {
    if (document.isClosed || !settingsPlace(document.uri)) return;
    this.#publish(document);
    this.#files = await refusedFiles(this.deps.authorities);
    if (!document.isClosed && !this.#isDisposed) this.#publish(document);
  }

  #publish(document: vscode.TextDocument): void {
    this.#collection.set(
      document.uri,
      this.#shown(document).map(({ diagnostic }) => diagnostic),
    );
  }

  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    return this.#shown(document)
      .filter(({ diagnostic }) => diagnostic.range.intersection(range) !== undefined)
      .flatMap(({ diagnostic, finding }) =>
        finding.fixes.map((fix, at) => {
          const action = new vscode.CodeAction(titleOf(fix), vscode.CodeActionKind.QuickFix);
          action.diagnostics = [diagnostic];
          action.isPreferred = at === 0;
          action.edit = new vscode.WorkspaceEdit();
          for (const { offset, length, content } of fix.edits) {
            action.edit.replace(document.uri, rangeOf(document, { offset, length }), content);
          }
          return action;
        }),
      );
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #soon(document: vscode.TextDocument): void {
    if (!settingsPlace(document.uri)) return;
    const key = document.uri.toString();
    clearTimeout(this.#waiting.get(key));
    this.#waiting.set(
      key,
      setTimeout(() => {
        this.#waiting.delete(key);
        this.check(document).catch((error: unknown) =>
          this.deps.log.error(`Settings were not checked: ${String(error)}`),
        );
      }, pauseMs),
    );
  }

  #forget({ uri }: vscode.TextDocument): void {
    clearTimeout(this.#waiting.get(uri.toString()));
    this.#waiting.delete(uri.toString());
    this.#collection.delete(uri);
  }

  #shown(document: vscode.TextDocument): readonly Shown[] {
    const place = settingsPlace(document.uri);
    if (!place) return [];
    const eol = document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
    const deps = {
      parse: parseProjects,
      providers: providerProfiles,
      files: this.#files,
      formatting: { insertSpaces: true, tabSize: 2, eol },
    };
    return findProblems(document.getText(), place, deps).map((finding) => {
      const range = rangeOf(document, finding);
      const diagnostic = new vscode.Diagnostic(range, messageOf(finding), severityOf(finding));
      diagnostic.source = source;
      diagnostic.code = finding.kind;
      return { diagnostic, finding };
    });
  }
}

/** Whether the text of a settings file sets `reconsent.projects`, in whatever form. Throws for what is nested too deeply. */
export function setsProjects(text: string, place: SettingsPlace): boolean {
  return projectsProperties(withoutMark(text), place).length > 0;
}

function rangeOf(document: vscode.TextDocument, { offset, length }: Pick<Finding, 'offset' | 'length'>): vscode.Range {
  return new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
}

function severityOf(finding: Finding): vscode.DiagnosticSeverity {
  return finding.kind === 'ignored' ? vscode.DiagnosticSeverity.Warning : vscode.DiagnosticSeverity.Error;
}

function messageOf(finding: Finding): string {
  const { l10n } = vscode;
  switch (finding.kind) {
    case 'ignored':
      return finding.place === 'profile'
        ? l10n.t(
            'This has no effect: "reconsent.projects" is read from the user settings of the default profile only, because it decides where secrets go.',
          )
        : l10n.t(
            'This has no effect: "reconsent.projects" is read from your user settings only, because it decides where secrets go.',
          );
    case 'secret':
      return l10n.t(
        '"{0}" looks like a secret. Settings are plain text, and may be synced or committed: take it for known to others, replace it at the service, and store the new one with "Reconsent: Set Credential…".',
        finding.key,
      );
    case 'file':
      return `"${finding.key}": ${finding.words}`;
    case 'problem': {
      const { key, problem } = finding;
      const { what, mend } = settingSentences(problem, translate);
      if (key === undefined) return l10n.t('{0}. {1}', what.charAt(0).toUpperCase() + what.slice(1), mend);
      // Most say what the key is or has; some begin with another subject.
      return /^(is|has|contains|must|names|needs) /.test(problem.what)
        ? l10n.t('"{0}" {1}. {2}', key, what, mend)
        : l10n.t('"{0}": {1}. {2}', key, what, mend);
    }
  }
}

function titleOf(fix: Fix): string {
  const { l10n } = vscode;
  switch (fix.kind) {
    case 'remove':
      return l10n.t('Remove "{0}"', fix.key);
    case 'remove-secret':
      return l10n.t('Remove "{0}" from Settings', fix.key);
    case 'replace':
      return l10n.t('Change to "{0}"', fix.by);
  }
}
