import { join } from 'node:path';
import { repoRoot } from './paths';

/**
 * A development-only extension that runs *Reconsent: Try the Sandbox* when a window opens, so that sample data is there
 * without hands. It uses public commands alone: the shipped extension has no switch for it.
 */
export const companionFolder = join(repoRoot, 'scripts', 'host', 'companion');
