/** Resets of a real extension host that is killed at one step after the other, and what the next one makes of them. */
import assert from 'node:assert/strict';
import { waitUntil } from '../ui/waiting';
import { type HostService, hostServices, type Ledger } from './hostServices';
import { type HeldAt, type KilledHost, resetIsVerified } from './killedHost';

export interface Step {
  readonly name: string;
  readonly at: HeldAt;
  /** Whether the service has got the request. */
  readonly sent: boolean;
  /** Whether the next window has to call the outcome unknown. */
  readonly unknown: boolean;
}

export const steps: readonly Step[] = [
  { name: 'while it asks', at: 'confirming', sent: false, unknown: false },
  { name: 'while it reads once more, with the lock', at: 'rereading', sent: false, unknown: false },
  { name: 'before the server reads it', at: 'request', sent: false, unknown: true },
  { name: 'before the answer', at: 'answer', sent: true, unknown: true },
  { name: 'during verification', at: 'verifying', sent: true, unknown: true },
  { name: 'after all', at: 'done', sent: true, unknown: false },
];

/** What became of one reset that was killed. */
export interface Fate {
  readonly step: Step;
  readonly service: HostService;
  readonly doubleSends: number;
  readonly lostEntries: number;
  /** What was not as it has to be. */
  readonly wrong?: string;
}

/** A lock without a sign of life for this long, in milliseconds, may be taken from a dead owner. */
const staleAfterMs = 30_000;

/** The services whose reset can be held at that step. */
export function servicesAt({ at }: Step): readonly HostService[] {
  return hostServices.filter(({ rereads }) => at !== 'rereading' || rereads !== undefined);
}

/** One kill for all of them; there is only one question at a time, so while it asks each has a kill of its own. */
export async function runStep(step: Step, host: KilledHost): Promise<readonly Fate[]> {
  const services = servicesAt(step);
  const groups = step.at === 'confirming' ? services.map((one) => [one]) : [services];
  const fates: Fate[] = [];
  for (const group of groups) fates.push(...(await killOnce(step, group, host)));
  return fates;
}

async function killOnce(step: Step, services: readonly HostService[], host: KilledHost): Promise<readonly Fate[]> {
  await consentAnew(services, host);
  const before = new Map<HostService, Ledger>();
  for (const service of services) before.set(service, await host.ledger(service));
  for (const service of services) await host.resetUpTo(step.at, service);
  await host.kill();
  await host.reload();
  const sentSince = async (service: HostService): Promise<number> =>
    (await host.ledger(service)).sent - (before.get(service)?.sent ?? 0);
  const fates: Fate[] = [];
  for (const service of services) {
    let lostEntries = 0;
    try {
      await settled(service, host);
      lostEntries = Number(step.unknown) - Number(await isUnknown(service, host));
      assert.equal(lostEntries, 0, 'an outcome that is not known is called so, and no other');
      assert.equal(await sentSince(service), Number(step.sent), 'what was sent');
      assert.equal((await host.ledger(service)).consented, !step.sent, 'what the service has');
      fates.push({ step, service, doubleSends: 0, lostEntries: 0 });
    } catch (thrown) {
      fates.push(fate(step, service, await sentSince(service), lostEntries, thrown));
    }
  }
  return finish(step, fates, host, sentSince);
}

/** Verifies what is unknown, and resets what was not. One after the other: there is one pointer. */
async function finish(
  step: Step,
  fates: readonly Fate[],
  host: KilledHost,
  sentSince: (service: HostService) => Promise<number>,
): Promise<readonly Fate[]> {
  const going = fates.filter(({ wrong }) => wrong === undefined);
  const failed = new Map<HostService, unknown>();
  const each = async (piece: (service: HostService) => Promise<void>): Promise<void> => {
    for (const { service } of going) {
      if (failed.has(service)) continue;
      await piece(service).catch((thrown: unknown) => failed.set(service, thrown));
    }
  };
  if (step.unknown) {
    await each(async ({ row }) => {
      const menu = await host.tree.menuItems(row);
      assert.ok(menu.includes('Verify Last Reset') && menu.includes('Dismiss Unknown Outcome'), menu.join());
    });
    await each(({ row }) => host.tree.inlineAction(row, 'Verify Last Reset'));
    await each(async ({ row }) => {
      await host.state(row, step.sent ? resetIsVerified : /reset not done|not reset/, 150_000);
    });
    await each(async (service) => assert.equal(await sentSince(service), Number(step.sent), 'verifying only reads'));
  }
  if (!step.sent) {
    await locksToBeStale(host);
    await each((service) => host.resetUpTo('done', service));
  }
  await each(async (service) => {
    const { consented } = await host.ledger(service);
    assert.deepEqual({ sent: await sentSince(service), consented }, { sent: 1, consented: false }, 'once in all');
  });
  const ends = fates.map(async (one) => {
    const thrown = failed.get(one.service);
    return thrown === undefined ? one : fate(step, one.service, await sentSince(one.service), 0, thrown);
  });
  return Promise.all(ends);
}

function fate(step: Step, service: HostService, sent: number, lostEntries: number, thrown: unknown): Fate {
  const wrong = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return { step, service, doubleSends: Math.max(0, sent - 1), lostEntries: Math.max(0, lostEntries), wrong };
}

async function locksToBeStale(host: KilledHost): Promise<void> {
  const isStale = async (): Promise<boolean> => host.locks().every((age) => age > staleAfterMs + 1_000);
  await waitUntil('the locks of the dead host to be stale', isStale, 60_000);
}

async function consentAnew(services: readonly HostService[], host: KilledHost): Promise<void> {
  await locksToBeStale(host);
  await host.workbench.window.runCommand('Reconsent: Start Sandbox');
  for (const { row } of services) await host.state(row, /^granted/, 60_000);
}

/** Waits until the row tells what the disk says. */
async function settled({ row }: HostService, host: KilledHost): Promise<void> {
  await host.state(row, /^(outcome unknown|signed in|needs consent|granted)/, 60_000);
}

async function isUnknown({ row }: HostService, host: KilledHost): Promise<boolean> {
  const { description } = await host.tree.waitForRow(row);
  return description === 'outcome unknown';
}
