/** All measurements in one version of VS Code: the windows that are opened for them, in order. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fillLockedFolder } from '../../../scripts/host/lockedFolder';
import type { HostInstall, HostVersion } from '../../../scripts/host/provide';
import type { Row } from '../row';
import { reconsentId, uiOnlyId, warmUpId } from './ids';
import type { Activated, ActivationPlan } from './inHost/activation';
import type { ColdPlan } from './inHost/cold';
import type { TimedReset } from './inHost/consents';
import type { Resets, ResetsPlan } from './inHost/resets';
import type { StorePlan } from './inHost/store';
import type { TreePlan, Trees } from './inHost/tree';
import { busyMs, type CpuProfile, type Share, sharesOf } from './profile';
import { activationRows, type Measured, rowsOf } from './rows';
import { HostService } from './service';
import { makeStage, namedFolder } from './stage';
import { BenchHost } from './window';

export interface HostReport {
  readonly vscode: string;
  readonly node: string;
  readonly rows: readonly Row[];
  /** Of activation. */
  readonly shares: readonly Share[];
}

const roundTripMs = 50;
/** The question is open for longer than a connection takes: three round trips and what TLS has to count. */
const holdMs = 600;
const officialClients = join(__dirname, '..', 'package.json');

export interface Extent {
  /** Fewer windows and rounds. */
  readonly quick: boolean;
  /** Leaves out all that is measured after activation. */
  readonly activationOnly: boolean;
}

export async function measureIn(
  version: HostVersion,
  { quick, activationOnly }: Extent,
  say: (what: string) => void,
): Promise<HostReport> {
  fillLockedFolder(join(__dirname, '..'));
  const stage = await makeStage(`${version}-${process.pid}`);
  const service = await HostService.start();
  const host = await BenchHost.open(version, stage, { NODE_EXTRA_CA_CERTS: service.authorityFile });
  try {
    const { shares, ...activation } = await measureActivation(host, quick, say);
    const report = { vscode: host.install.vscodeVersion, node: versionOf(host.install), shares };
    if (activationOnly) return { ...report, rows: activationRows(activation) };
    const { cold, resets } = await measureResets(host, service, quick, say);
    say('tree');
    const { origin } = service.addresses;
    const treePlan: TreePlan = { origin, identities: 10_000, rounds: quick ? 5 : 8 };
    const tree = await host.run<Trees>('tree', treePlan);
    return { ...report, rows: rowsOf({ ...activation, cold, resets, tree, roundTripMs }) };
  } finally {
    await host.close();
    await service.close();
    stage.remove();
  }
}

async function measureActivation(
  host: BenchHost,
  quick: boolean,
  say: (what: string) => void,
): Promise<Pick<Measured, 'activations' | 'busy'> & Pick<HostReport, 'shares'>> {
  const activations: (readonly Activated[])[] = [];
  for (let at = 0; at < (quick ? 4 : 8); at++) {
    say(`activation, window ${at + 1}`);
    activations.push(await activate(host, at % 2 === 0, false));
  }
  const profiled: Activated[] = [];
  for (let at = 0; at < (quick ? 2 : 4); at++) {
    say(`profile of activation, window ${at + 1}`);
    profiled.push(...(await activate(host, at % 2 === 0, true)));
  }
  const profilesOf = (wanted: string): readonly CpuProfile[] =>
    profiled.flatMap(({ id, profiles = [] }) => (id === wanted ? profiles : []));
  const [ours, bare] = [profilesOf(reconsentId), profilesOf(uiOnlyId)];
  const busy = { ours: busyMs(ours, isOf(reconsentId)), bare: busyMs(bare, isOf(uiOnlyId)) };
  return { activations, busy, shares: sharesOf(ours, isOwn) };
}

/** Either of the two goes first in half of the windows. */
function activate(host: BenchHost, oursFirst: boolean, profiling: boolean): Promise<readonly Activated[]> {
  const order = oursFirst ? [warmUpId, reconsentId, uiOnlyId] : [warmUpId, uiOnlyId, reconsentId];
  const plan: ActivationPlan = { order, profiling };
  return host.run('activation', plan);
}

async function measureResets(
  host: BenchHost,
  service: HostService,
  quick: boolean,
  say: (what: string) => void,
): Promise<{ readonly cold: readonly TimedReset[]; readonly resets: Resets }> {
  const { addresses, authorityFile } = service;
  const { origin, control } = addresses;
  const names = (prefix: string, count: number): readonly string[] =>
    Array.from({ length: count }, (_, at) => `${prefix}${at}`);
  const identity = 'again';
  const [coldOnes, bulk] = [names('cold', quick ? 2 : 4), names('bulk', quick ? 100 : 500)];
  const ownSecrets = bulk.length;
  say('signing in');
  const storePlan: StorePlan = { origin, control, identities: [...coldOnes, ...bulk, identity], ownSecrets };
  await host.run('store', storePlan);
  const cold: TimedReset[] = [];
  for (const one of coldOnes) {
    say(`the first reset of a window, ${one}`);
    const coldPlan: ColdPlan = { control, identity: one, roundTripMs, holdMs };
    cold.push(await host.run('cold', coldPlan));
  }
  say('resets');
  const hot = quick ? { rounds: 5, resets: 50 } : { rounds: 15, resets: 200 };
  const peers = { origin, authorityFile, officialClients };
  const rounds = quick ? 4 : 10;
  const plan: ResetsPlan = { ...peers, control, roundTripMs, holdMs, rounds, hot, bulk, ownSecrets, identity };
  return { cold, resets: await host.run('resets', plan) };
}

function versionOf({ node }: HostInstall): string {
  return spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
}

/** In the folder that the extension was put into, its entry included. */
function isOf(id: string): (url: string) => boolean {
  const [, name] = id.split('.');
  return (url) => url.includes(`/${name}/`);
}

function isOwn(url: string): boolean {
  return url.includes(`/${namedFolder}/`);
}
