import type * as vscode from 'vscode';
import type { SecretStore } from '../core/ports';

/** The editor's SecretStorage as the vault takes it: promises instead of thenables. */
export function secretStore(secrets: vscode.SecretStorage): SecretStore {
  return {
    get: async (key) => secrets.get(key),
    store: async (key, value) => secrets.store(key, value),
    delete: async (key) => secrets.delete(key),
  };
}
