/**
 * The official clients, in a folder of their own (some 200 MB) that is filled on first use. Only the few members that are
 * called are typed here: with the package's own types the type check would need the download too.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { OAuth2Client } from 'google-auth-library';

export interface Answer<Data> {
  readonly status: number;
  readonly data: Data;
}

interface JobState {
  readonly name: string;
  readonly state: string;
  readonly urls?: string[];
  readonly startTime?: string;
}

export interface DataPortability {
  readonly authorization: { reset(parameters?: { requestBody: object }): Promise<Answer<object>> };
  readonly accessType: {
    check(): Promise<Answer<{ oneTimeResources?: string[]; timeBasedResources?: string[] }>>;
  };
  readonly portabilityArchive: {
    initiate(parameters: {
      requestBody: { resources: string[]; startTime?: string };
    }): Promise<Answer<{ archiveJobId: string; accessType: string }>>;
  };
  readonly archiveJobs: {
    getPortabilityArchiveState(parameters: { name: string }): Promise<Answer<JobState>>;
    retry(parameters: { name: string }): Promise<Answer<{ archiveJobId: string }>>;
    cancel(parameters: { name: string }): Promise<Answer<object>>;
  };
}

export interface OfficialClient {
  dataportability(options: { version: 'v1' | 'v1beta'; rootUrl: string; auth: OAuth2Client }): DataPortability;
  readonly auth: { readonly OAuth2: typeof OAuth2Client };
}

export interface DiscoveringClient {
  /** Makes a client from a discovery document alone. */
  discoverAPI(url: string, options: { auth: OAuth2Client }): Promise<DataPortability>;
}

const folder = __dirname;

export function officialClient(): OfficialClient {
  return load<OfficialClient>('googleapis/build/src/apis/dataportability');
}

/** The whole package, since only that discovers: some seconds to load. */
export function discoveringClient(): DiscoveringClient {
  return load<{ google: DiscoveringClient }>('googleapis').google;
}

/** Installs the pinned clients when they are missing or older than their lock file, then loads a module of them. */
export function load<Module>(name: string): Module {
  const lockHash = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  const stamp = join(folder, 'node_modules', '.reconsent-lock-hash');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lockHash) {
    const npm = process.env['npm_execpath'];
    const [command, args] = npm ? [process.execPath, [npm]] : ['npm', []];
    const installed = spawnSync(command, [...args, 'ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
      cwd: folder,
      stdio: ['ignore', 2, 2],
      shell: !npm,
    });
    if (installed.status !== 0) throw new Error('The official clients could not be installed (npm ci).');
    writeFileSync(stamp, lockHash);
  }
  return createRequire(join(folder, 'package.json'))(name) as Module;
}
