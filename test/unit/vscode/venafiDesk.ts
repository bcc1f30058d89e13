/** The operator's commands as the editor runs them: real sandbox, transport, vault and store; a person who answers from a script. */
import '../../fakes/editor';
import assert from 'node:assert/strict';
import { CredentialVault } from '../../../src/auth/credentialVault';
import { type ConsentState, ConsentStore } from '../../../src/core/consentStore';
import { credentialKey } from '../../../src/core/credentialSource';
import { type Credential, type Project, type Reason, type Target, targetKey } from '../../../src/core/model';
import { collectReasonTexts, reasonParagraph, untranslated } from '../../../src/core/outcomeText';
import { reasonTexts } from '../../../src/core/reasonTexts';
import { createTransport, type UndiciTransport } from '../../../src/http/transport';
import { providerDescriptions } from '../../../src/providers/registry';
import { venafiTpp } from '../../../src/providers/venafiTpp/description';
import type { RunningSandbox } from '../../../src/sandbox/api';
import { frozenClock } from '../../../src/sandbox/clock';
import { startSandbox } from '../../../src/sandbox/server';
import type { VenafiControl, VenafiSample } from '../../../src/sandbox/venafi/api';
import type { VenafiPorts } from '../../../src/vscode/venafi/ports';
import { FakeClock } from '../../fakes/clock';
import { FakeEditor } from '../../fakes/editor';
import { noon } from '../../fakes/resetStage';
import { MemoryMarkerStore, MemorySecretStore, MemoryTargetLocks } from '../../fakes/storage';
import { MemoryGenerations } from '../../fakes/venafiScene';
import type { Shown } from './signInDesk';

export interface Asked {
  readonly prompt: string;
  readonly secret: boolean;
}

export class VenafiDesk {
  readonly editor = new FakeEditor();
  readonly secrets = new MemorySecretStore();
  readonly markers = new MemoryMarkerStore();
  readonly store = new ConsentStore(() => assert.fail('a view failed'));
  readonly shown: Shown[] = [];
  readonly asked: Asked[] = [];
  readonly clipboard: string[] = [];
  readonly log: string[] = [];
  readonly changed: string[] = [];
  readonly probed: string[] = [];
  readonly control: VenafiControl;
  readonly sample: VenafiSample;
  readonly clock: FakeClock;
  readonly vault: CredentialVault;
  readonly ports: VenafiPorts & { readonly descriptions: typeof providerDescriptions };
  /** Labels and buttons that the person chooses, whichever is offered first. */
  answers: readonly string[] = [];
  /** What the person types, by what the prompt begins with; `undefined`: Escape. */
  types: (asked: Asked) => string | undefined = () => undefined;
  /** What happens while something is shown. */
  whileShown: (shown: Shown) => void = () => undefined;
  project: Project;
  /** The entry as it stands in the settings. */
  raw: Readonly<Record<string, unknown>> = {};

  private constructor(
    readonly sandbox: RunningSandbox,
    readonly transport: UndiciTransport,
  ) {
    this.editor.use();
    Object.assign(this.editor.api.env, {
      clipboard: { writeText: async (text: string) => void this.clipboard.push(text) },
    });
    this.control = sandbox.control.venafi;
    this.sample = this.control.seedSample();
    this.clock = new FakeClock(sandbox.control.clock);
    const { secrets, markers, clock, transport: _, store } = this;
    const write = (line: string): void => void this.log.push(line);
    const log = { trace: write, info: write, warn: write, error: write };
    const describe = (id: string) => providerDescriptions.get(id);
    this.vault = new CredentialVault({ secrets, markers, clock, log, describe });
    this.project = {
      id: 'tpp',
      label: 'TPP',
      provider: 'venafiTpp',
      endpoint: sandbox.origin,
      options: { clientId: this.sample.clientId },
      identities: this.sample.users.slice(0, 2).map(({ name, prefixedUniversal: id }) => ({ id, label: name })),
    };
    const desk = this;
    const texts = collectReasonTexts([reasonTexts, venafiTpp.reasonTexts]);
    this.ports = {
      descriptions: providerDescriptions,
      vault: this.vault,
      clock,
      log,
      texts,
      prompts: this.#prompts(texts),
      network: {
        providerPorts: async () => ({
          transport,
          clock,
          log,
          secrets,
          locks: new MemoryTargetLocks(),
          generations: new MemoryGenerations(),
          isStored: async () => true,
          ownerKey: (target: Target) => credentialKey(target, true),
        }),
      },
      projects: {
        get all() {
          return [desk.project];
        },
        get targets() {
          return new Map(desk.targets().map((target) => [targetKey(target), target]));
        },
        save: async (
          _id: string,
          change: (raw: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
        ) => {
          desk.raw = change(desk.raw);
          return desk.project;
        },
      },
      operations: {
        credentialChanged: (target: Target, consent: ConsentState) => {
          desk.changed.push(`${target.identity.label}: ${consent.kind}`);
          store.update(targetKey(target), (state) => ({ ...state, consent }));
        },
        probe: async (target: Target) => void desk.probed.push(target.identity.label),
      },
    } as unknown as VenafiDesk['ports'];
  }

  static async open(): Promise<VenafiDesk> {
    const sandbox = await startSandbox({ clock: frozenClock(noon) });
    const ignore = (): void => undefined;
    const transport = createTransport({
      log: { trace: ignore, info: ignore, warn: ignore, error: ignore },
      proxy: () => ({ support: 'off', proxy: '', noProxy: [], env: {} }),
      trust: { extraCertificates: () => [] },
    });
    return new VenafiDesk(sandbox, transport);
  }

  async close(): Promise<void> {
    await this.transport.close();
    await this.sandbox.close();
  }

  targets(): readonly Target[] {
    return this.project.identities.map((identity) => ({ project: this.project, identity }));
  }

  get first(): Target {
    const [first] = this.targets();
    assert.ok(first);
    return first;
  }

  async stored(): Promise<readonly Credential[]> {
    const reading = await this.vault.read(this.first);
    return reading.kind === 'present' ? reading.credentials : [];
  }

  last(): Shown {
    return this.shown.at(-1) ?? assert.fail('nothing was shown');
  }

  /** How many requests came to the path, whatever became of them. */
  requests(path: string): number {
    return this.sandbox.control.requests.list().filter((request) => request.path.toLowerCase().endsWith(path)).length;
  }

  #prompts(texts: ReturnType<typeof collectReasonTexts>) {
    const show = async (kind: Shown['kind'], text: string, buttons: readonly string[]): Promise<string | undefined> => {
      const shown = { kind, text, buttons };
      this.shown.push(shown);
      this.whileShown(shown);
      const chosen = buttons.find((one) => this.answers.includes(one));
      // Each answer is given once, so that what is asked again is answered otherwise.
      if (chosen !== undefined) this.answers = this.answers.filter((one) => one !== chosen);
      return chosen;
    };
    return {
      page: (message: string, paragraphs: readonly string[], buttons: readonly string[]) =>
        show('page', [message, ...paragraphs].join('\n'), buttons),
      confirm: async (message: string, detail: string, verb: string) =>
        (await show('confirm', `${message}\n${detail}`, [verb])) === verb,
      tell: (severity: 'error' | 'warning' | 'information', subject: string, why: Reason, buttons: string[]) =>
        show(severity, `${subject}: ${reasonParagraph(why, texts, untranslated)}`, buttons),
      inform: (message: string, ...buttons: string[]) => show('information', message, buttons),
      warn: (message: string, ...buttons: string[]) => show('warn', message, buttons),
      error: (message: string, ...buttons: string[]) => show('error', message, buttons),
      credential: async ({ prompt, secret = false }: { prompt: string; secret?: boolean }) => {
        this.asked.push({ prompt, secret });
        return this.types({ prompt, secret });
      },
      pick: async (title: string, placeholder: string, items: readonly { label: string }[]) => {
        const label = await show(
          'pick',
          `${title}\n${placeholder}`,
          items.map((item) => item.label),
        );
        return items.find((item) => item.label === label);
      },
    };
  }
}
