import type * as vscode from 'vscode';
import type { Log } from '../core/ports';
import { scrub } from '../core/redact';

/** The log channel as the domain sees it. Everything passes the scrubber, whatever the caller let through. */
export function scrubbedLog(channel: vscode.LogOutputChannel): Log {
  return {
    trace: (message) => channel.trace(scrub(message)),
    info: (message) => channel.info(scrub(message)),
    warn: (message) => channel.warn(scrub(message)),
    error: (message) => channel.error(scrub(message)),
  };
}
