import * as vscode from 'vscode';
import type { Translate } from '../core/outcomeText';

/** The editor's translation, in the shape that the pure texts take. */
export const translate: Translate = (template, params) => vscode.l10n.t(template, { ...params });
