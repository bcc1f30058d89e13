/** The editor's API while the leaks are looked for: a scripted user answers, and all that the extension hands over is searched. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { LeakSearch } from '../../faults/secrets/leakSearch';
import { ScriptedUser } from './scripted';

type Own = (...rest: readonly unknown[]) => unknown;

const consoles = ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const;

export interface WatchedPorts {
  readonly search: LeakSearch;
  /** Where dialogs lead: files are opened from there, and saved there as `exported-…`. */
  readonly folder: string;
  /** What the user does with what was copied, or was opened in the browser. */
  readonly goOn: (text: string) => Promise<unknown>;
}

export class WatchedEditor {
  readonly user = new ScriptedUser();
  /** What was copied, in order. */
  readonly copied: string[] = [];
  /** The texts of questions and notifications, in order. */
  readonly told: string[] = [];
  /** What has begun with it. */
  readonly #begun: Promise<unknown>[] = [];
  readonly #undo: (() => void)[] = [];

  constructor(private readonly ports: WatchedPorts) {
    this.#watchConsole();
    this.#watchWindow();
    this.#answerDialogs();
    const { env, workspace } = vscode;
    this.#instead(workspace, 'openTextDocument', this.#seen('shown: documents'));
    this.#instead(env, 'openExternal', () => async (url) => {
      this.#begun.push(this.ports.goOn(String(url)));
      return true;
    });
    const clipboard = Object.getOwnPropertyDescriptor(env, 'clipboard') ?? assert.fail('there is no clipboard');
    const writeText = async (text: string): Promise<void> => {
      this.copied.push(text);
      this.#begun.push(this.ports.goOn(text));
      this.ports.search.look('clipboard', text);
    };
    Object.defineProperty(env, 'clipboard', { configurable: true, value: { writeText, readText: async () => '' } });
    this.#undo.push(() => Object.defineProperty(env, 'clipboard', clipboard));
  }

  /** @throws Error of what the user did elsewhere */
  async restore(): Promise<void> {
    const { search } = this.ports;
    for (const { message, detail, buttons } of this.user.asked)
      search.look('shown: notifications', message, detail, ...buttons);
    search.lookInto('shown: input boxes', this.user.inputs);
    for (const back of this.#undo.splice(0).reverse()) back();
    this.user.restore();
    await Promise.all(this.#begun.splice(0));
  }

  #watchWindow(): void {
    const { window } = vscode;
    const { search } = this.ports;
    for (const name of ['showErrorMessage', 'showWarningMessage', 'showInformationMessage']) {
      this.#instead(window, name, (own) => async (...rest) => {
        this.told.push(String(rest[0]));
        search.lookInto('shown: notifications', ...rest);
        // A notification's own offers are escaped: "Reset Consent" after a refusal would be pressed for ever.
        const isModal = rest.some((one) => Reflect.has(Object(one), 'modal'));
        return isModal ? own(...rest) : undefined;
      });
    }
    this.#instead(window, 'showQuickPick', this.#seen('shown: lists'));
    this.#instead(window, 'setStatusBarMessage', this.#seen('shown: status bar'));
    this.#instead(window, 'withProgress', (own) => (options, task) => {
      search.lookInto('shown: progress', options);
      const work = task as (progress: vscode.Progress<unknown>, token: unknown) => unknown;
      return own(options, (progress: vscode.Progress<unknown>, token: unknown) => {
        const report = (value: unknown): void => {
          search.lookInto('shown: progress', value);
          progress.report(value);
        };
        return work({ report }, token);
      });
    });
    for (const name of ['createQuickPick', 'createInputBox']) {
      this.#instead(window, name, (own) => () => {
        const step = own() as { show(): void; value?: string };
        const show = step.show.bind(step);
        // What is typed into it is the user's own.
        step.show = () => {
          search.lookInto('shown: steps', { ...step, value: '' });
          show();
        };
        return step;
      });
    }
  }

  #answerDialogs(): void {
    const { folder } = this.ports;
    this.#instead(vscode.window, 'showOpenDialog', () => async () => [vscode.Uri.file(folder)]);
    this.#instead(vscode.window, 'showSaveDialog', () => async (options) => {
      const { defaultUri } = options as vscode.SaveDialogOptions;
      return vscode.Uri.file(join(folder, `exported-${(defaultUri?.path ?? 'x.json').split('/').at(-1)}`));
    });
  }

  /** What an extension prints there is shown in the developer tools, and kept in the log of the extension host. */
  #watchConsole(): void {
    for (const name of consoles) this.#instead(console, name, this.#seen('console'));
  }

  #seen(place: string) {
    return (own: Own): Own =>
      (...rest) => {
        this.ports.search.lookInto(place, ...rest);
        return own(...rest);
      };
  }

  #instead(owner: object, name: string, make: (own: Own) => Own): void {
    const own: unknown = Reflect.get(owner, name);
    assert.ok(typeof own === 'function', name);
    Object.assign(owner, { [name]: make((...rest) => Reflect.apply(own, owner, rest)) });
    this.#undo.push(() => Object.assign(owner, { [name]: own }));
  }
}
