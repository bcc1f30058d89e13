/**
 * A file as a lock between processes.
 *
 * The file is made exclusively and names its owner; its modification time is the owner's heartbeat. A file that somebody may
 * be about to replace is removed, by its owner or by whoever replaces it, under a second lock named after its very content:
 * so nobody removes a successor that came in between looking and removing.
 */
import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { detailWords } from '../core/detailWords';
import type { Clock } from '../core/ports';
import { errorCode, privateFile, readIfThere, type StorageFs, sha256 } from './fileSystem';
import { type ProcessIdentity, type ProcessOwner, processOwnerSchema } from './processIdentity';

/** A lock is stale after this long without a heartbeat, if its owner is dead as well. */
export const staleAfterMs = 30_000;

export interface LockFileDeps {
  readonly fs: StorageFs;
  readonly clock: Pick<Clock, 'now'>;
  readonly owner: ProcessIdentity;
  /**
   * The generations that this process holds, by path, and `''` while it makes the file. It keeps the process from taking
   * a lock twice, and a file of ours that is not among them was left behind.
   */
  readonly held: Map<string, string>;
}

export type TakeResult =
  /** `generation` identifies this very holding of the lock. */
  | { readonly kind: 'taken'; readonly generation: string }
  | { readonly kind: 'held'; readonly heldForMs: number }
  | { readonly kind: 'unavailable'; readonly detail: string };

interface Seen {
  readonly generation: string;
  /** Missing if the file is torn or damaged. */
  readonly owner: ProcessOwner | undefined;
  readonly acquiredAt: number;
  readonly heartbeatAt: number;
}

const lockSchema = v.object({ owner: processOwnerSchema, acquiredAt: v.number(), token: v.string() });

/** Each retry means that another process came first; nobody loses that often without something being wrong. */
const maxAttempts = 20;

/**
 * Tries to take the lock at `path`; its folder must exist. With `replaceAfterMs` it is taken from a living owner, too, if it
 * is at least that old: the one found now, which need not be the one that the user was told about.
 */
export async function takeLock(deps: LockFileDeps, path: string, replaceAfterMs?: number): Promise<TakeResult> {
  let heldForMs = 0;
  let replace = replaceAfterMs !== undefined;
  try {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const generation = await create(deps, path);
      if (generation !== undefined) return { kind: 'taken', generation };
      const seen = await look(deps, path);
      if (seen === undefined) continue;
      heldForMs = Math.max(0, deps.clock.now() - seen.acquiredAt);
      const old = replace && heldForMs >= (replaceAfterMs ?? 0);
      if (!old && !(await isStale(deps, path, seen))) break;
      if (!(await retire(deps, path, seen.generation))) break;
      // What comes now is somebody who was quicker, not the one that the user wished to replace.
      replace = false;
    }
    return { kind: 'held', heldForMs };
  } catch (error) {
    return { kind: 'unavailable', detail: `${detailWords.lockFile} (${errorCode(error)}).` };
  }
}

/** Gives the lock back, unless it has been taken over meanwhile. */
export async function releaseLock(deps: LockFileDeps, path: string, generation: string): Promise<void> {
  try {
    const seen = await look(deps, path);
    if (seen?.generation !== generation) return;
    if (isYoung(deps, seen)) await deps.fs.unlink(path);
    else await retire(deps, path, generation);
  } finally {
    if (deps.held.get(path) === generation) deps.held.delete(path);
  }
}

/** Whether the file at `path` is still of this generation. */
export async function isHeld(deps: LockFileDeps, path: string, generation: string): Promise<boolean> {
  return (await look(deps, path))?.generation === generation;
}

/** Shows that the owner lives. `false` if the lock is no longer ours. */
export async function beat(deps: LockFileDeps, path: string, generation: string): Promise<boolean> {
  if (!(await isHeld(deps, path, generation))) return false;
  const now = deps.clock.now() / 1000;
  await deps.fs.utimes(path, now, now);
  return true;
}

/** The generation of the file made, or `undefined` if there is one already, or ours was taken away as soon as it was made. */
async function create(deps: LockFileDeps, path: string): Promise<string | undefined> {
  if (deps.held.has(path)) return undefined;
  deps.held.set(path, '');
  let made = false;
  let text = '';
  try {
    const acquiredAt = deps.clock.now();
    text = JSON.stringify({ owner: await deps.owner.self(), acquiredAt, token: randomBytes(12).toString('hex') });
    const handle = await deps.fs.open(path, 'wx', privateFile);
    made = true;
    try {
      await handle.writeFile(text, 'utf8');
      await handle.utimes(acquiredAt / 1000, acquiredAt / 1000);
    } finally {
      await handle.close();
    }
    // Whoever is held up between making the file and filling it may find that it was taken for an abandoned one.
    if ((await readIfThere(deps.fs, path)) !== text) {
      deps.held.delete(path);
      return undefined;
    }
    const generation = generationOf(text, 0);
    deps.held.set(path, generation);
    return generation;
  } catch (error) {
    if (made) await removeHalfMade(deps, path, text).catch(() => undefined);
    deps.held.delete(path);
    if (!made && errorCode(error) === 'EEXIST') return undefined;
    throw error;
  }
}

/** Removes what a failed attempt left, unless another owner's lock stands there by now. */
async function removeHalfMade(deps: LockFileDeps, path: string, ownText: string): Promise<void> {
  const found = await readIfThere(deps.fs, path).catch(() => ownText);
  if (found === undefined) return;
  if (found === ownText || !parseLock(found)) await deps.fs.unlink(path);
}

async function look(deps: LockFileDeps, path: string): Promise<Seen | undefined> {
  try {
    const [text, stat] = await Promise.all([deps.fs.readFile(path, 'utf8'), deps.fs.stat(path)]);
    const lock = parseLock(text);
    return {
      generation: generationOf(text, lock ? 0 : stat.mtimeMs),
      owner: lock?.owner,
      acquiredAt: lock?.acquiredAt ?? stat.mtimeMs,
      heartbeatAt: stat.mtimeMs,
    };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parseLock(text: string): v.InferOutput<typeof lockSchema> | undefined {
  try {
    const parsed = v.safeParse(lockSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** A torn file has no token of its own, so its age has to tell it from the next one. */
function generationOf(text: string, mtimeMs: number): string {
  return sha256(`${mtimeMs} ${text}`).slice(0, 20);
}

async function isStale(deps: LockFileDeps, path: string, seen: Seen): Promise<boolean> {
  // A file that names this window, but which it does not hold, is one that it once failed to remove.
  if (seen.owner?.windowId === deps.owner.windowId && !deps.held.has(path)) {
    const self = await deps.owner.self();
    if (self.pid === seen.owner.pid && self.startToken === seen.owner.startToken) return true;
  }
  // The distance counts both ways: after the clock was set back a dead owner's heartbeat lies in the future.
  if (Math.abs(deps.clock.now() - seen.heartbeatAt) <= staleAfterMs) return false;
  return seen.owner === undefined || !(await deps.owner.isAlive(seen.owner));
}

/**
 * Nobody replaces a lock of that age, whatever is known of its owner: it can be removed after a look, without the right to
 * do so. What is left until it can be stale is more than the removal takes.
 */
function isYoung({ clock }: LockFileDeps, { acquiredAt }: Seen): boolean {
  const age = clock.now() - acquiredAt;
  return age >= 0 && age <= staleAfterMs / 2;
}

/**
 * Removes the file at `path` if it still is of this generation. `false` if somebody else is about to do so. Whoever died
 * while doing so left a stale file, which is retired in the same way.
 */
async function retire(deps: LockFileDeps, path: string, generation: string): Promise<boolean> {
  const right = `${path}.${generation}`;
  if ((await create(deps, right)) === undefined) {
    const seen = await look(deps, right);
    if (seen === undefined) return true;
    return (await isStale(deps, right, seen)) && (await retire(deps, right, seen.generation));
  }
  try {
    const seen = await look(deps, path);
    if (seen?.generation === generation) await deps.fs.unlink(path);
    if (deps.held.get(path) === generation) deps.held.delete(path);
  } finally {
    await deps.fs.unlink(right).catch(() => undefined);
    deps.held.delete(right);
  }
  return true;
}
