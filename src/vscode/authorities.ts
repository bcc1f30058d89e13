/**
 * What projects add to TLS, each for the origins of its own project: authorities that are trusted besides those of the
 * system, and a client certificate. Files are read when the settings change, and again when they have changed on the disk.
 */
import { plainText } from '../core/foreignText';
import type { Project } from '../core/model';
import type { Clock } from '../core/ports';
import type { ProviderDescription } from '../core/provider';
import { BoundSecret } from '../core/redact';
import type { SettingProblem } from '../core/settingTexts';
import type { ClientCertificate } from '../http/trust';
import { type CaBundleProblem, caBundleTexts, readCaBundle } from './caBundle';
import {
  type ClientCertificateFiles,
  type ClientCertificateProblem,
  clientCertificateTexts,
  readClientCertificate,
  timeProblem,
} from './clientCertificate';
import type { Projects } from './projects';
import { translate } from './translate';
import { type FileText, stampOf } from './wholeFile';

export interface AuthorityPorts {
  readonly projects: Pick<Projects, 'all' | 'pathOf' | 'onDidChange'>;
  readonly descriptions: ReadonlyMap<string, Pick<ProviderDescription, 'credentialOrigins'>>;
  readonly clock: Clock;
}

/** A file that was refused, and whose it is. */
export type AuthorityProblem = SettingProblem & {
  readonly project: Project;
  /** As the setting names it. */
  readonly file: string;
} & (
    | { readonly option: 'caBundle'; readonly problem: CaBundleProblem }
    | { readonly option: 'clientCertificate' | 'clientKey'; readonly problem: ClientCertificateProblem }
  );

interface ClientFiles {
  readonly origins: readonly string[];
  readonly files: ClientCertificateFiles;
}

interface Read {
  readonly certificates: Map<string, readonly string[]>;
  /** By project. */
  readonly clients: Map<string, ClientFiles>;
  readonly problems: AuthorityProblem[];
  /** What each file was when it was read, by its path. */
  readonly stamps: Map<string, string>;
}

export class Authorities {
  readonly #subscription: { dispose(): void };
  #read = nothing();
  #reading: Promise<Read>;

  constructor(private readonly ports: AuthorityPorts) {
    this.#reading = this.#begin();
    this.#subscription = ports.projects.onDidChange(() => {
      this.#reading = this.#begin();
    });
  }

  /** PEM texts of one certificate each. A file that was refused adds nothing: then the system's alone are trusted. */
  certificatesFor(origin: string): readonly string[] {
    return this.#read.certificates.get(origin) ?? [];
  }

  /** What the project shows a server at `origin` that asks for a client certificate. */
  clientCertificateFor(project: string, origin: string): ClientCertificate {
    const client = this.#read.clients.get(project);
    if (!client?.origins.includes(origin)) return { kind: 'none' };
    const { files, origins } = client;
    const problem =
      files.kind === 'problem'
        ? `${files.at} ${translate(clientCertificateTexts[files.problem].what, {})}`
        : untimely(files, this.ports);
    if (problem !== undefined || files.kind === 'problem') return { kind: 'unusable', detail: problem ?? '' };
    return { kind: 'pair', certificates: files.certificates, key: new BoundSecret(files.key, origins) };
  }

  /** What is wrong with the files that the settings name, once all of them were read. */
  async problems(): Promise<readonly AuthorityProblem[]> {
    return (await this.settled()).problems;
  }

  /** Resolves when the files of the settings as they are now were read, as they are now. */
  async settled(): Promise<Pick<Read, 'problems'>> {
    const read = await this.#newest();
    const known = this.#reading;
    if (await hasChanged(read)) {
      // Whoever asked at the same moment may have begun already.
      if (known === this.#reading) this.#reading = this.#begin();
      return this.#newest();
    }
    return known === this.#reading ? read : this.#newest();
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #newest(): Promise<Read> {
    for (;;) {
      const reading = this.#reading;
      const read = await reading;
      if (reading === this.#reading) return read;
    }
  }

  async #readAll(): Promise<Read> {
    const read = nothing();
    for (const project of this.ports.projects.all) {
      // Before the reading: what is written meanwhile is another file than the one that was looked at.
      // Of a file that several projects name, what it was before the first of them.
      for (const path of pathsOf(project)) {
        if (!read.stamps.has(path)) read.stamps.set(path, await stampOf(path));
      }
      await this.#readCaBundle(project, read);
      await this.#readClientCertificate(project, read);
    }
    return read;
  }

  async #readCaBundle(project: Project, { certificates, problems }: Read): Promise<void> {
    const path = pathIn(project, 'caBundle');
    if (path === undefined) return;
    const bundle = await readCaBundle(path, this.ports.clock.now());
    if (bundle.kind === 'problem') {
      const { problem } = bundle;
      const at = this.#place(project, 'caBundle', path, caBundleTexts[problem]);
      problems.push({ ...at, option: 'caBundle', problem });
      return;
    }
    for (const origin of this.#originsOf(project)) {
      certificates.set(origin, [...new Set([...(certificates.get(origin) ?? []), ...bundle.certificates])]);
    }
  }

  async #readClientCertificate(project: Project, { clients, problems }: Read): Promise<void> {
    const [clientCertificate, clientKey] = [pathIn(project, 'clientCertificate'), pathIn(project, 'clientKey')];
    if (clientCertificate === undefined && clientKey === undefined) return;
    const paths = { ...(clientCertificate && { clientCertificate }), ...(clientKey && { clientKey }) };
    const files = await readClientCertificate(paths, this.ports.clock.now());
    clients.set(project.id, { origins: this.#originsOf(project), files });
    if (files.kind !== 'problem') return;
    const { at: option, problem } = files;
    const path = (option === 'clientKey' ? clientKey : clientCertificate) ?? '';
    problems.push({ ...this.#place(project, option, path, clientCertificateTexts[problem]), option, problem });
  }

  #originsOf(project: Project): readonly string[] {
    return this.ports.descriptions.get(project.provider)?.credentialOrigins(project) ?? [];
  }

  #place(project: Project, option: FileOption, file: string, { what, mend }: FileText) {
    const path = `${this.ports.projects.pathOf(project.id)}.${option}`;
    return { path, what: `${plainText(file)} ${what}`, mend, project, file };
  }

  /** The newest reading counts, whichever ends last. */
  #begin(): Promise<Read> {
    const reading: Promise<Read> = this.#readAll().then((read) => {
      if (reading === this.#reading) this.#read = read;
      return read;
    });
    return reading;
  }
}

const fileOptions = ['caBundle', 'clientCertificate', 'clientKey'] as const;

type FileOption = (typeof fileOptions)[number];

function nothing(): Read {
  return { certificates: new Map(), clients: new Map(), problems: [], stamps: new Map() };
}

function pathIn({ options }: Project, option: FileOption): string | undefined {
  const path = options[option];
  return typeof path === 'string' ? path : undefined;
}

function pathsOf(project: Project): readonly string[] {
  return fileOptions.flatMap((option) => pathIn(project, option) ?? []);
}

async function hasChanged({ stamps }: Read): Promise<boolean> {
  for (const [path, stamp] of stamps) if ((await stampOf(path)) !== stamp) return true;
  return false;
}

function untimely(
  files: Extract<ClientCertificateFiles, { kind: 'pair' }>,
  { clock }: AuthorityPorts,
): string | undefined {
  const problem = timeProblem(files, clock.now());
  return problem && `clientCertificate ${translate(clientCertificateTexts[problem].what, {})}`;
}
