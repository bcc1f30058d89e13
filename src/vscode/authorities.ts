/** The authorities that projects add to those of the system, each for the origins of its own project. */
import { plainText } from '../core/foreignText';
import type { Project } from '../core/model';
import type { Clock } from '../core/ports';
import type { SettingProblem } from '../core/projectsSetting';
import type { ProviderDescription } from '../core/provider';
import { type CaBundleProblem, caBundleTexts, readCaBundle } from './caBundle';
import type { Projects } from './projects';

export interface AuthorityPorts {
  readonly projects: Pick<Projects, 'all' | 'pathOf' | 'onDidChange'>;
  readonly descriptions: ReadonlyMap<string, Pick<ProviderDescription, 'credentialOrigins'>>;
  readonly clock: Clock;
}

/** A file that was refused, and whose it is. */
export interface AuthorityProblem extends SettingProblem {
  readonly project: Project;
  /** As the setting names it. */
  readonly file: string;
  readonly problem: CaBundleProblem;
}

interface Read {
  readonly certificates: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly AuthorityProblem[];
}

const nothing: Read = { certificates: new Map(), problems: [] };

export class Authorities {
  readonly #subscription: { dispose(): void };
  #read = nothing;
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

  /** What is wrong with the files that the settings name, once all of them were read. */
  async problems(): Promise<readonly AuthorityProblem[]> {
    return (await this.settled()).problems;
  }

  /** Resolves when the files of the settings as they are now were read; once more if one was refused: it may be mended. */
  async settled(): Promise<Read> {
    for (let again = true; ; ) {
      const reading = this.#reading;
      const read = await reading;
      if (reading !== this.#reading) continue;
      if (!again || read.problems.length === 0) return read;
      again = false;
      this.#reading = this.#begin();
    }
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #readAll(): Promise<Read> {
    const { projects, descriptions, clock } = this.ports;
    const certificates = new Map<string, readonly string[]>();
    const problems: AuthorityProblem[] = [];
    const read = { certificates, problems };
    const files = projects.all.flatMap((project) => {
      const path = caBundleOf(project);
      return path === undefined ? [] : [{ project, path }];
    });
    for (const { project, path } of files) {
      const bundle = await readCaBundle(path, clock.now());
      if (bundle.kind === 'problem') {
        const { problem } = bundle;
        const { what, mend } = caBundleTexts[problem];
        const at = { path: `${projects.pathOf(project.id)}.caBundle`, what: `${plainText(path)} ${what}`, mend };
        problems.push({ ...at, project, file: path, problem });
        continue;
      }
      for (const origin of descriptions.get(project.provider)?.credentialOrigins(project) ?? []) {
        certificates.set(origin, [...new Set([...(certificates.get(origin) ?? []), ...bundle.certificates])]);
      }
    }
    return read;
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

function caBundleOf({ options }: Project): string | undefined {
  const path = options['caBundle'];
  return typeof path === 'string' ? path : undefined;
}
