import { join, resolve } from 'node:path';

/** The root folder of the repository. */
export const repoRoot = resolve(__dirname, '..', '..');

/** Everything that the tooling downloads or generates and that survives a run; git-ignored, never packaged. */
export const cacheRoot = join(repoRoot, '.vscode-test');

/** Pictures, logs and reports that a person or CI may want to look at; git-ignored. */
export const artifactsRoot = join(repoRoot, '.artifacts');

/** The name of the executable inside npm's `node-<platform>-<arch>` packages and the platform's spelling there. */
export const nodePlatform = process.platform === 'win32' ? 'win' : process.platform;
