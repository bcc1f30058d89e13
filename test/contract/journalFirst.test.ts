/**
 * The journal entry is on disk before the request leaves: at the moment a request arrives at the service, the file is read
 * anew, and no more of it counts than a finished sync covers.
 */
import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { type Target, targetAddress } from '../../src/core/model';
import type { Outcome } from '../../src/core/outcome';
import { previewAll, runAll } from '../fakes/bulkScene';
import { crowdOfApple, crowdOfGoogle, crowdOfVenafi } from '../fakes/crowds';
import { HastyClock } from '../fakes/hastyClock';
import { type ProviderId, ProviderScene } from '../fakes/providerScene';
import type { ResetWorld } from '../fakes/resetWorld';
import { WatchedFs } from '../unit/storage/support';

interface Event {
  readonly type: string;
  readonly operationId?: string;
  readonly entry?: { readonly operationId: string; readonly address: { readonly target: string } };
}

/** A reset as it arrived, with what was on disk then. */
interface Arrival {
  readonly authorization: string;
  body: string;
  /** Of a sync that had ended. */
  readonly synced: readonly Event[];
  /** As anybody reads it. */
  readonly read: readonly Event[];
}

/** Listens at every HTTP server of this process, before the sandbox does. */
class Door {
  readonly arrivals: Arrival[] = [];
  readonly #listener = (message: unknown): void => this.#look((message as { request: IncomingMessage }).request);

  constructor(
    private readonly ending: string,
    private readonly disk: WatchedFs,
    private readonly journal: string,
  ) {
    subscribe('http.server.request.start', this.#listener);
  }

  close(): void {
    unsubscribe('http.server.request.start', this.#listener);
  }

  #look(request: IncomingMessage): void {
    const { pathname } = new URL(request.url ?? '/', 'http://here');
    if (!pathname.toLowerCase().endsWith(this.ending)) return;
    const names = readdirSync(this.journal).filter((name) => /^window-.*\.jsonl$/.test(name));
    const arrival: Arrival = {
      authorization: request.headers.authorization ?? '',
      body: '',
      synced: names.flatMap((name) => events(this.disk.synced.get(name) ?? '')),
      read: names.flatMap((name) => events(readFileSync(join(this.journal, name), 'utf8'))),
    };
    this.arrivals.push(arrival);
    const push = request.push.bind(request);
    request.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
      if (Buffer.isBuffer(chunk)) arrival.body += chunk.toString();
      return push(chunk, encoding);
    };
  }
}

/** Whole lines only. */
function events(text: string): readonly Event[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Event);
}

/** Whose consent the request is about. */
type WhoseConsent = (arrival: Arrival) => string;

interface Service {
  readonly provider: ProviderId;
  /** Of the bulk. */
  readonly count: number;
  crowd(world: ResetWorld, count: number): Promise<WhoseConsent>;
}

const services: readonly Service[] = [
  {
    provider: 'googleDataPortability',
    count: 40,
    crowd: async (world, count) => {
      const names = await crowdOfGoogle(world, count);
      return ({ authorization }) => names.get(authorization.replace('Bearer ', '')) ?? assert.fail('a token of nobody');
    },
  },
  {
    provider: 'identityPlatform',
    count: 12,
    crowd: async (world, count) => {
      await crowdOfApple(world, count, false);
      return ({ body }) => {
        const { idToken } = JSON.parse(body) as { idToken: string };
        const { sub } = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString()) as { sub: string };
        return sub;
      };
    },
  },
  {
    provider: 'venafiTpp',
    count: 40,
    crowd: async (world, count) => {
      crowdOfVenafi(world, count);
      return ({ body }) => (JSON.parse(body) as { GranteePrefixedUniversal: string }).GranteePrefixedUniversal;
    },
  },
];

describe('the journal entry is on disk when the request arrives', function () {
  this.timeout(30_000);
  for (const service of services) {
    describe(service.provider, () => {
      let scene: ProviderScene;
      let disk: WatchedFs;
      let door: Door;
      beforeEach(async () => {
        disk = new WatchedFs();
        // The service answers much sooner: whoever does not wait for the disk is there first.
        disk.syncMs = 20;
        const clock: NonNullable<Parameters<typeof ProviderScene.open>[1]>['clock'] = ({ control }) =>
          new HastyClock(control.clock, 12);
        scene = await ProviderScene.open(service.provider, { clock, journalFs: disk.fs });
        const { path } = scene.routes.effect;
        const ending = path.slice(path.lastIndexOf('/')).toLowerCase();
        door = new Door(ending, disk, join(scene.world.folder, 'journal'));
      });
      afterEach(async () => {
        door.close();
        await scene.close();
      });

      it('of a single reset', async () => {
        const whose = await service.crowd(scene.world, 1);
        const [target] = scene.world.targets();
        assert.ok(target);
        allOnDisk([{ target, outcome: await scene.world.reset(target.identity.id, undefined, scene.way) }], whose);
      });

      it('of a bulk, for each its own', async () => {
        const { count } = service;
        const whose = await service.crowd(scene.world, count);
        const plan = await previewAll(scene.world);
        assert.equal(plan?.items.length, count);
        allOnDisk(await runAll(scene.world, plan.items), whose);
        const syncs = disk.count('sync', /^window-/);
        assert.ok(syncs < 2 * count, `${syncs} syncs for opening and closing ${count} entries: none was shared`);
      });

      function allOnDisk(
        results: readonly { readonly target: Target; readonly outcome: Outcome }[],
        whose: WhoseConsent,
      ): void {
        assert.equal(door.arrivals.length, results.length, 'one request each');
        const about = new Map(results.map((result) => [targetAddress(result.target).target as string, result]));
        const seen = new Set<string>();
        for (const arrival of door.arrivals) {
          const id = whose(arrival);
          const { target } = targetAddress(scene.world.target(id));
          for (const onDisk of [arrival.synced, arrival.read]) {
            const own = onDisk.filter(({ type, entry }) => type === 'sending' && entry?.address.target === target);
            assert.equal(own.length, 1, `entries about ${id} on disk when its request arrived`);
            const operationId = own[0]?.entry?.operationId ?? '';
            assert.equal(operationId, about.get(target)?.outcome.operationId);
            assert.ok(!onDisk.some((event) => event.type === 'closed' && event.operationId === operationId));
            seen.add(operationId);
          }
        }
        assert.equal(seen.size, results.length);
      }
    });
  }
});
