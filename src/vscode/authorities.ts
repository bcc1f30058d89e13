/** The authorities that projects add to those of the system, each for the origins of its own project. */
import { plainText } from '../core/foreignText';
import type { Project } from '../core/model';
import type { Clock } from '../core/ports';
import type { SettingProblem } from '../core/projectsSetting';
import type { ProviderDescription } from '../core/provider';
import { caBundleTexts, readCaBundle } from './caBundle';
import type { Projects } from './projects';

export interface AuthorityPorts {
  readonly projects: Pick<Projects, 'all' | 'pathOf' | 'onDidChange'>;
  readonly descriptions: ReadonlyMap<string, Pick<ProviderDescription, 'credentialOrigins'>>;
  readonly clock: Clock;
}

interface Read {
  readonly certificates: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly SettingProblem[];
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
  async problems(): Promise<readonly SettingProblem[]> {
    return (await this.settled()).problems;
  }

  /** Resolves when the files of the settings as they are now were read. */
  async settled(): Promise<Read> {
    for (;;) {
      const reading = this.#reading;
      const read = await reading;
      if (reading === this.#reading) return read;
    }
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #readAll(): Promise<Read> {
    const { projects, descriptions, clock } = this.ports;
    const certificates = new Map<string, readonly string[]>();
    const problems: SettingProblem[] = [];
    const read = { certificates, problems };
    const files = projects.all.flatMap((project) => {
      const path = caBundleOf(project);
      return path === undefined ? [] : [{ project, path }];
    });
    for (const { project, path } of files) {
      const bundle = await readCaBundle(path, clock.now());
      if (bundle.kind === 'problem') {
        const [what, mend] = caBundleTexts[bundle.problem];
        problems.push({ path: `${projects.pathOf(project.id)}.caBundle`, what: `${plainText(path)} ${what}`, mend });
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
