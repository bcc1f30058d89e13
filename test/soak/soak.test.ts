/**
 * Thousands of resets through one extension host: the real extension, its commands and its API, with a scripted user; the
 * sandbox runs in a process of its own. Each outcome is compared with the ledger, and what the process holds at the end
 * with what it held after the warm-up. `scripts/soak.ts` starts it and says what it is to do.
 */
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { LoggedRequest } from '../../src/sandbox/api';
import type { SampleWorld } from '../../src/sandbox/google/api';
import type { IdentityPlatformSample } from '../../src/sandbox/identityPlatform/seedApi';
import type { VenafiSample } from '../../src/sandbox/venafi/api';
import { commandIds } from '../../src/vscode/commandIds';
import type { ReconsentApi } from '../../src/vscode/publicApi';
import type { HostRun } from '../host/inHost/events';
import { reconsent, waitFor } from '../host/suite/scripted';
import { SandboxControl } from './control';
import { type Held, isKept, measure, shown } from './measure';
import type { SoakPlan } from './plan';
import { ScriptedCrowd } from './scriptedCrowd';
import { googleService, identityPlatformService, type Person, type Service, venafiService } from './services';
import { Tally } from './tally';

const plan = JSON.parse(process.env['RECONSENT_SOAK'] ?? '{}') as SoakPlan;
const caller = 'reconsent-test.caller';
const lanes = 8;
/** After so many, all lanes stop for a moment: the requests are counted, and what is kept of them is let go. */
const atATime = 200;
/** A user waits so long for an answer before *Stop Waiting*. */
const patienceMs = 2_000;
/** By then a revocation has spread, and one look says the truth. */
const spreadMs = 125_000;
const bulkSize = 8;
const allowedGrowth = 2 * 1024 * 1024;
/** How often an unknown outcome is looked at, when the look meets a mishap of its own. */
const mostLooks = 4;
/** Nothing can have left for these. */
const unsent: readonly string[] = ['not-sent', 'cancelled', 'already-reset', 'unsupported', 'left out'];

/** Whose result nobody knows yet. */
interface Parked {
  readonly person: Person;
  readonly until: number;
  /** How often it will have been looked at. */
  readonly looks: number;
}

describe('a soak of resets in one extension host', function () {
  this.timeout(plan.limitMs);
  let api: ReconsentApi;
  let control: SandboxControl;
  let services: readonly Service[];
  let subscription: vscode.Disposable;
  const user = new ScriptedCrowd();
  const tally = new Tally();
  const latest = new Map<string, string>();
  const free: Person[] = [];
  const parked: Parked[] = [];
  const began = performance.now();
  let begun = 0;
  let ended = 0;

  const say = (text: string): void => {
    const { events } = JSON.parse(readFileSync(join(__dirname, 'run.json'), 'utf8')) as HostRun;
    appendFileSync(events, `${JSON.stringify({ kind: 'line', text })}\n`);
  };
  const keyOf = (project: string, identity: string): string => `${project}\n${identity}`;
  const rowOf = ({ service, id, label }: Person) => ({
    kind: 'identity',
    target: { project: { id: service.projectId }, identity: { id, label } },
  });
  const run = (id: string, ...rest: readonly unknown[]): Thenable<unknown> =>
    vscode.commands.executeCommand(id, ...rest);

  before(async function () {
    this.timeout(120_000);
    control = new SandboxControl(plan.origin);
    const google = await control.post<SampleWorld>('seed-sample');
    const identity = await control.post<IdentityPlatformSample>('identityPlatform/seed-sample');
    const venafi = await control.post<VenafiSample>('venafi/seed-sample');
    services = [
      googleService(control, google, 200),
      identityPlatformService(control, identity, 60),
      await venafiService(control, venafi, 100),
    ];
    api = await reconsent();
    subscription = api.onDidReset((done) => void latest.set(keyOf(done.project, done.identity), done.outcome));
    user.use();
    const settings = vscode.workspace.getConfiguration('reconsent');
    await settings.update(
      'projects',
      services.map((service) => service.project()),
      vscode.ConfigurationTarget.Global,
    );
    const all = services.flatMap((service) => service.people());
    await waitFor('the identities in the tree', () => (api.list().length === all.length ? true : undefined));
    free.push(...shuffled(all, random(plan.seed)));
    const { username, password } = venafi.administrator;
    user.operator = new Map([
      ['User name', username],
      ['Password', password],
    ]);
    const operated = all.find(({ service }) => service.projectId === 'soak-venafi');
    assert.ok(operated);
    await run(commandIds.signIn, rowOf(operated));
    await waitFor('the operator to be signed in', () =>
      api.list().some(({ project, state }) => project === 'soak-venafi' && state !== 'not-signed-in')
        ? true
        : undefined,
    );
    await control.delete('requests');
  });
  after(async () => {
    subscription.dispose();
    await vscode.workspace
      .getConfiguration('reconsent')
      .update('projects', undefined, vscode.ConfigurationTarget.Global);
  });

  /** Somebody consents anew and signs in with it. */
  async function consent(person: Person): Promise<void> {
    const typed = await person.service.consent(person);
    if (typed) {
      user.typed.set(person.label, typed);
      await run(commandIds.setCredential, rowOf(person));
      user.typed.delete(person.label);
    }
  }

  async function reset(person: Person, byApi: boolean): Promise<void> {
    const key = keyOf(person.service.projectId, person.id);
    latest.delete(key);
    let stopped = false;
    const stopping = setTimeout(() => {
      stopped = true;
      void run(commandIds.stopWaiting, rowOf(person));
    }, patienceMs);
    if (byApi) {
      const { outcome } = await api.reset(
        { project: person.service.projectId, identity: person.id },
        { requestedBy: caller },
      );
      latest.set(key, outcome);
    } else await run(commandIds.resetConsent, rowOf(person));
    clearTimeout(stopping);
    // What was stopped before it left changes nothing, and is told nobody.
    if (stopped && !latest.has(key)) latest.set(key, 'cancelled');
  }

  async function resetAll(people: readonly Person[]): Promise<void> {
    for (const { service, id } of people) latest.delete(keyOf(service.projectId, id));
    const rows = people.map(rowOf);
    const stopping = setTimeout(() => {
      for (const row of rows) void run(commandIds.stopWaiting, row);
    }, 2 * patienceMs);
    await run(commandIds.resetConsents, rows[0], rows);
    clearTimeout(stopping);
    // Those that could not be previewed were left out of the question, and those that were stopped in time have no outcome.
    for (const { service, id } of people) {
      const key = keyOf(service.projectId, id);
      if (!latest.has(key)) latest.set(key, 'left out');
    }
  }

  /** Compares what was said with what is so. One whose result nobody knows is looked at again when that can be known. */
  async function judge(person: Person, looks = 0): Promise<void> {
    const { service, id, label } = person;
    const outcome = latest.get(keyOf(service.projectId, id)) ?? 'none';
    // A mishap that was meant for another one may have met the look itself.
    const again = outcome === 'unknown' && looks < mostLooks;
    if (again) parked.push({ person, until: performance.now() + (looks === 0 ? spreadMs : 0), looks: looks + 1 });
    if (again && looks > 0) return;
    const later = looks > 0;
    tally.outcome(service.projectId, outcome, await service.isGone(person), later, label);
    if (!again) free.push(person);
  }

  async function settle({ person, looks }: Parked): Promise<void> {
    latest.delete(keyOf(person.service.projectId, person.id));
    await run(commandIds.verifyOutcome, rowOf(person));
    await judge(person, looks);
  }

  /** One turn of a lane: a reset or a bulk of some, or a look at what was left unknown. */
  async function turn(upTo: number): Promise<void> {
    const due = parked.findIndex(({ until }) => until <= performance.now());
    const [settled] = due < 0 ? [] : parked.splice(due, 1);
    if (settled) return settle(settled);
    const dice = random(plan.seed + 7919 * begun);
    const size = dice() < 0.03 ? Math.min(bulkSize, upTo - begun, free.length) : Math.min(1, free.length);
    if (size === 0) return delay(250).then(() => undefined);
    const people = free.splice(0, size);
    begun += size;
    await Promise.all(people.map((person) => consent(person)));
    for (const { service } of people) {
      const mishap = service.mishaps[Math.floor(dice() * service.mishaps.length)];
      if (mishap && dice() < plan.mishapShare) {
        tally.mishaps += 1;
        await service.mishap(mishap);
      }
    }
    const [only, ...others] = people;
    if (only && others.length === 0) await reset(only, dice() < 0.2);
    else await resetAll(people);
    for (const person of people) await judge(person);
    ended += size;
  }

  async function lane(upTo: number): Promise<void> {
    while (begun < upTo) await turn(upTo);
  }

  /** What has arrived at the services since the last time, against what was said of it. */
  async function countRequests(): Promise<void> {
    for (const { projectId, resetPath } of services) {
      const query = new URLSearchParams({ method: 'POST', path: resetPath });
      const { requests } = await control.get<{ requests: readonly LoggedRequest[] }>(`requests?${query}`);
      // What was turned away for its token or for a quota has provably done nothing, and may be sent once more.
      const effective = requests.filter(({ status }) => status !== 401 && status !== 429);
      tally.requests(projectId, effective, unsent);
    }
    await control.delete('requests');
    await control.delete('faults');
    for (const lie of tally.news()) say(`  UNTRUE: ${lie}`);
  }

  async function untilEnded(operations: number): Promise<void> {
    while (begun < operations) {
      const upTo = Math.min(operations, begun + atATime);
      await Promise.all(Array.from({ length: lanes }, () => lane(upTo)));
      await countRequests();
    }
  }

  async function heldNow(before?: Held, patienceMs?: number): Promise<Held> {
    control.rest();
    const held = await measure(before, patienceMs);
    const seconds = Math.round((performance.now() - began) / 1000);
    say(`  ${ended} resets, ${seconds} s: ${shown(held)}`);
    return held;
  }

  it('each ends truthfully, and the process holds no more at the end than after the warm-up', async () => {
    say(`  seed ${plan.seed}, ${plan.operations} resets, warm-up of ${plan.warmUp}`);
    await untilEnded(plan.warmUp);
    const before = await heldNow();
    for (let operations = plan.warmUp; operations < plan.operations; ) {
      operations = Math.min(plan.operations, operations + plan.warmUp);
      await untilEnded(operations);
      if (operations < plan.operations) await heldNow(before);
    }
    while (parked.length > 0) {
      const [next] = parked.splice(0, 1);
      if (!next) break;
      await delay(Math.max(0, next.until - performance.now()));
      await settle(next);
    }
    await countRequests();
    const after = await heldNow(before, 60_000);
    for (const line of tally.lines()) say(`  ${line}`);
    say(
      `  ${user.modals} questions, ${user.notifications} notifications; without an answer: ${[...user.unanswered].join(' / ') || 'none'}`,
    );
    const growth = after.heapBytes - before.heapBytes;
    say(
      `  heap: ${growth < 0 ? '' : '+'}${(growth / 1024 / 1024).toFixed(2)} MB from ${plan.warmUp} to ${plan.operations} resets`,
    );
    assert.deepEqual(tally.lies, []);
    assert.deepEqual([...user.unanswered], []);
    assert.ok(growth <= allowedGrowth, `the heap has grown by ${growth} bytes`);
    assert.ok(after.openFiles <= before.openFiles, `${after.openFiles} open files, ${before.openFiles} before`);
    assert.ok(after.listeners <= before.listeners, `${after.listeners} listeners, ${before.listeners} before`);
    for (const [name, count] of Object.entries(after.resources)) {
      if (!isKept(name)) continue;
      assert.ok(count <= (before.resources[name] ?? 0), `${count} ${name}, ${before.resources[name] ?? 0} before`);
    }
  });
});

/** mulberry32: small, and the same on every machine. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled<T>(all: readonly T[], dice: () => number): T[] {
  return all
    .map((one) => [dice(), one] as const)
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one);
}
