/**
 * The official clients, in a folder of their own (some 200 MB) that is filled on first use. Only the few members that are
 * called are typed here: with the package's own types the type check would need the download too.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { OAuth2Client } from 'google-auth-library';
import { fillLockedFolder } from '../../scripts/host/lockedFolder';

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
  fillLockedFolder(folder);
  return createRequire(join(folder, 'package.json'))(name) as Module;
}
