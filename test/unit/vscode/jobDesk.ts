/** The commands of archive jobs as the editor runs them: real store, operations and files; a service and a person by script. */
import '../../fakes/editor';
import assert from 'node:assert/strict';
import type {
  ArchiveJobs,
  Exportable,
  JobCancel,
  JobReading,
  JobStart,
  TrackedJob,
} from '../../../src/core/archiveJobs';
import { ConsentStore } from '../../../src/core/consentStore';
import type { DownloadAnswer, DownloadRequest } from '../../../src/core/downloadPorts';
import { downloadTexts } from '../../../src/core/downloadTexts';
import { JobOperations } from '../../../src/core/jobOperations';
import { type Reason, targetAddress, targetKey } from '../../../src/core/model';
import { collectReasonTexts, reasonParagraph, untranslated } from '../../../src/core/outcomeText';
import { reasonTexts } from '../../../src/core/reasonTexts';
import { BoundSecret } from '../../../src/core/redact';
import { tellReason } from '../../../src/vscode/commands/tellOutcome';
import { type JobCommandPorts, jobCommands } from '../../../src/vscode/jobs/commands';
import type { JobActionPorts } from '../../../src/vscode/jobs/ports';
import { RunningDownloads } from '../../../src/vscode/jobs/runningDownloads';
import { FakeEditor } from '../../fakes/editor';
import { MemoryJobs } from '../../fakes/memoryJobs';
import { noon, ResetStage } from '../../fakes/resetStage';

const storage = 'https://storage.example';

/** Something that was shown, with what could be chosen. */
export interface Shown {
  readonly kind: 'confirm' | 'information' | 'warning' | 'error' | 'pick' | 'several' | 'input' | 'folder';
  readonly text: string;
  readonly choices: readonly string[];
}

type Answer = string | readonly string[] | undefined;

export class JobDesk implements ArchiveJobs {
  readonly editor = new FakeEditor();
  readonly stage = new ResetStage();
  readonly target = this.stage.target;
  readonly key = targetKey(this.target);
  readonly disk = new MemoryJobs();
  readonly store = new ConsentStore((error) => assert.fail(String(error)));
  readonly downloads = new RunningDownloads();
  readonly calls: string[] = [];
  readonly shown: Shown[] = [];
  readonly revealed: string[] = [];
  readonly copied: string[] = [];
  readonly reports: { readonly message?: string; readonly increment?: number }[] = [];
  /** What the person does, by what is shown; Escape for everything else. */
  person: (shown: Shown) => Answer | Promise<Answer> = () => undefined;
  selected: readonly unknown[] = [];
  /** The identities as configured now. */
  readonly configured = new Map([[this.key, this.target]]);

  groups: Exportable = { kind: 'groups', groups: [{ timeBased: ['maps', 'search'], oneTime: ['music'] }] };
  starts: JobStart[] = [];
  reading: JobReading = { kind: 'state', state: 'in-progress', addresses: [] };
  cancelled: JobCancel = { kind: 'cancelled' };
  /** The bytes of each file of the archive. */
  contents: readonly string[] = [];
  /** What comes instead of a file. */
  instead: ((request: DownloadRequest) => Promise<DownloadAnswer | undefined> | DownloadAnswer | undefined) | undefined;

  readonly jobs: JobOperations;
  readonly commands: ReturnType<typeof jobCommands>;
  readonly actionPorts: JobActionPorts;

  constructor() {
    this.editor.use();
    const { clock, log, credentials } = this.stage;
    const { store, disk, downloads, editor } = this;
    const provider = async () => ({ ...this.stage.provider, archives: this });
    this.jobs = new JobOperations({ store, jobs: disk, credentials, provider, clock, log });
    const texts = collectReasonTexts([reasonTexts, downloadTexts]);
    const ask = async (kind: Shown['kind'], text: string, choices: readonly string[]): Promise<Answer> => {
      this.shown.push({ kind, text, choices });
      return this.person({ kind, text, choices });
    };
    const press = async (kind: Shown['kind'], text: string, choices: readonly string[]) => {
      const answer = await ask(kind, text, choices);
      return choices.find((choice) => choice === answer);
    };
    const prompts = {
      confirm: async (message: string, detail: string, verb: string) =>
        (await press('confirm', `${message}\n${detail}`, [verb])) === verb,
      tell: (severity: Shown['kind'], subject: string, why: Reason, buttons: string[]) =>
        press(
          severity,
          `${subject}: ${texts.has(why.code) ? reasonParagraph(why, texts, untranslated) : why.code}`,
          buttons,
        ),
      inform: (message: string, ...buttons: string[]) => press('information', message, buttons),
      warn: (message: string, ...buttons: string[]) => press('warning', message, buttons),
      error: (message: string, ...buttons: string[]) => press('error', message, buttons),
      pick: async (title: string, _hint: string, items: readonly { label: string }[]) => {
        const label = await press(
          'pick',
          title,
          items.map((item) => item.label),
        );
        return items.find((item) => item.label === label);
      },
      pickSeveral: async (title: string, _hint: string, items: readonly { label: string; kind?: number }[]) => {
        const rows = items.filter(({ kind }) => kind === undefined);
        const answer = await ask(
          'several',
          title,
          rows.map(({ label }) => label),
        );
        return answer === undefined ? undefined : rows.filter(({ label }) => answer.includes(label));
      },
      text: async ({ title, validate }: { title: string; validate(text: string): string | undefined }) => {
        const answer = await ask('input', title, []);
        assert.ok(answer === undefined || typeof answer === 'string');
        const problem = answer === undefined ? undefined : validate(answer);
        if (problem !== undefined) this.shown.push({ kind: 'input', text: problem, choices: [] });
        return problem === undefined ? answer : undefined;
      },
    };
    const memento = new Map<string, unknown>();
    Object.assign(editor.api.window, {
      withProgress: (options: { readonly title?: string }, task: (progress: unknown, token: unknown) => unknown) => {
        if (options.title !== undefined) editor.titles.push(options.title);
        const onCancellationRequested = (listener: () => void): void => {
          this.stopProgress = listener;
        };
        const token = { onCancellationRequested };
        return task({ report: (step: object) => void this.reports.push(step) }, token);
      },
      showOpenDialog: async () => {
        const folder = await ask('folder', '', []);
        return folder === undefined ? undefined : [uri(String(folder))];
      },
    });
    Object.assign(editor.api.Uri, {
      file: (path: string) => uri(path),
      joinPath: (base: { fsPath: string }, name: string) => uri(`${base.fsPath}/${name}`),
    });
    Object.assign(editor.api.env, { clipboard: { writeText: async (text: string) => void this.copied.push(text) } });
    const ports = {
      jobs: this.jobs,
      downloads,
      store,
      clock,
      log,
      prompts,
      texts,
      projects: { targets: this.configured },
      network: { transport: async () => ({ download: (request: DownloadRequest) => this.#serve(request) }) },
      recent: {
        get: (key: string) => memento.get(key),
        update: async (key: string, value: unknown) => void memento.set(key, value),
      },
      reveal: () => void this.revealed.push('revealed'),
      targets: { resolve: async () => this.target },
      selection: () => this.selected,
    } as unknown as JobCommandPorts;
    this.commands = jobCommands(ports);
    this.actionPorts = { ...ports, tellReason, completed: async () => undefined };
  }

  /** What the Cancel button of the newest progress does. */
  stopProgress: () => void = () => assert.fail('no progress is shown');

  async start(_target: unknown, { resources, startTime }: { resources: readonly string[]; startTime?: number }) {
    this.calls.push(`start ${resources.join('+')}${startTime === undefined ? '' : ` from ${noon - startTime}`}`);
    const next = this.starts.shift();
    assert.ok(next, 'one start too many');
    return next;
  }
  async retry(_target: unknown, jobId: string) {
    this.calls.push(`retry ${jobId}`);
    const next = this.starts.shift();
    assert.ok(next, 'one retry too many');
    return next;
  }
  async read(_target: unknown, jobId: string): Promise<JobReading> {
    this.calls.push(`read ${jobId}`);
    return this.reading;
  }
  async cancel(_target: unknown, jobId: string) {
    this.calls.push(`cancel ${jobId}`);
    return this.cancelled;
  }
  async exportable() {
    return this.groups;
  }

  /** A job that is followed, as an earlier command has left it. */
  async follows(
    jobId: string,
    changes: Partial<TrackedJob> = {},
  ): Promise<{ readonly kind: 'detail'; readonly job: object }> {
    const job: TrackedJob = {
      jobId,
      resources: ['maps'],
      state: 'in-progress',
      trackedAt: noon,
      retries: 0,
      parts: [],
      ...changes,
    };
    await this.jobs.change(this.target, jobId, () => job);
    return { kind: 'detail', job: { jobId } };
  }

  /** The archive of these files can be downloaded. */
  hasArchive(...contents: readonly string[]): void {
    this.contents = contents;
    const addresses = contents.map((_, index) => new BoundSecret(`${storage}/${index}?signed`, [storage]));
    this.reading = { kind: 'state', state: 'complete', addresses };
  }

  get tracked(): readonly TrackedJob[] {
    return this.store.get(this.key).jobs;
  }

  onDisk(): Promise<readonly TrackedJob[]> {
    return this.disk.list(targetAddress(this.target));
  }

  last(): Shown {
    const last = this.shown.at(-1);
    assert.ok(last, 'nothing was shown');
    return last;
  }

  kinds(): readonly string[] {
    return this.shown.map(({ kind }) => kind);
  }

  async #serve(request: DownloadRequest): Promise<DownloadAnswer> {
    const instead = await this.instead?.(request);
    if (instead) return instead;
    const revealed = request.address.revealFor(new URL(storage));
    assert.ok(revealed.kind === 'revealed');
    const content = Buffer.from(this.contents[Number(new URL(revealed.value).pathname.slice(1))] ?? '');
    const bytes = content.subarray(request.from, request.to === undefined ? undefined : request.to + 1);
    const chunks = [bytes].values();
    return {
      kind: 'body',
      status: 206,
      from: request.from,
      totalBytes: content.length,
      etag: '"v1"',
      chunks: {
        next: async () => {
          const next = chunks.next();
          return next.done ? { done: true, value: { kind: 'complete' } } : next;
        },
        return: async () => ({ done: true, value: { kind: 'aborted' } }),
      },
    };
  }
}

function uri(path: string) {
  const [, scheme = 'file', rest = path] = /^([a-z-]+):(.*)$/.exec(path) ?? [];
  return { scheme, fsPath: rest, toString: () => path };
}
