/** Sign-in as the editor runs it: real vaults and store, a browser made of `fetch`, and a person who answers from a script. */
import assert from 'node:assert/strict';
import { ClientVault } from '../../../src/auth/clientVault';
import { CredentialVault } from '../../../src/auth/credentialVault';
import { signInReasonTexts } from '../../../src/auth/signInReasonTexts';
import { type ConsentState, ConsentStore } from '../../../src/core/consentStore';
import { type Credential, type Reason, type Target, targetKey } from '../../../src/core/model';
import { collectReasonTexts, reasonParagraph, untranslated } from '../../../src/core/outcomeText';
import { reasonTexts } from '../../../src/core/reasonTexts';
import { providerDescriptions } from '../../../src/providers/registry';
import type { SignInPorts } from '../../../src/vscode/signIn/signIn';
import { FakeEditor } from '../../fakes/editor';
import { ManualClock } from '../../fakes/manualClock';
import { noon } from '../../fakes/resetStage';
import { response, ScriptedTransport } from '../../fakes/scriptedTransport';
import { MemoryMarkerStore, MemorySecretStore } from '../../fakes/storage';

export const scope = (name: string): string => `https://www.googleapis.com/auth/dataportability.${name}`;
export const planted = {
  clientSecret: 'GOCSPX-planted-client-secret',
  code: '4/0planted-code',
  accessToken: 'ya29.planted-access',
  refreshToken: '1//planted-refresh',
};
export const clientId = '123456789012-desk.apps.googleusercontent.com';
const api = 'https://dataportability.googleapis.com';
const identity = { id: 'alice.test@example.com', label: 'alice' };
const project = {
  id: 'shop',
  label: 'Shop',
  provider: 'googleDataPortability',
  endpoint: api,
  options: { apiVersion: 'v1', clientId },
  identities: [identity],
};
export const alice: Target = { project, identity };
export const aliceKey = targetKey(alice);
export const origins = providerDescriptions.get(project.provider)?.credentialOrigins(project) ?? [];

/** Something that was shown, and its buttons. */
export interface Shown {
  readonly kind: 'page' | 'confirm' | 'pick' | 'warn' | 'error' | 'information' | 'warning';
  readonly text: string;
  readonly buttons: readonly string[];
}

export class SignInDesk {
  readonly editor = new FakeEditor();
  readonly clock = new ManualClock(noon);
  readonly secrets = new MemorySecretStore();
  readonly markers = new MemoryMarkerStore();
  readonly store = new ConsentStore(() => assert.fail('a view failed'));
  readonly log: string[] = [];
  readonly shown: Shown[] = [];
  readonly probes: unknown[] = [];
  /** The identities as configured now. */
  readonly configured = new Map([[aliceKey, alice]]);
  /** Identities whose state was told anew, from what is stored. */
  readonly retold: Target[] = [];
  /** What the next read of the consent finds. */
  probed: ConsentState = { kind: 'stored' };
  /** Which button the person presses; by default the way into the browser, and none of a notification. */
  press: (shown: Shown) => string | undefined = ({ buttons }) => buttons.find((one) => one === 'Open Browser');
  /** What the page comes back with; `undefined`: never. */
  page: (url: URL) => Record<string, string> | undefined = () => ({ code: planted.code });
  /** What the token endpoint grants of what was asked for. */
  granted: (asked: readonly string[]) => readonly string[] = (asked) => asked;
  transport = new ScriptedTransport(() =>
    response(200, {
      access_token: planted.accessToken,
      expires_in: 3599,
      refresh_token: `${planted.refreshToken}-${this.pages.length}`,
      refresh_token_expires_in: 604_799,
      scope: this.granted(this.asked()).join(' '),
    }),
  );
  readonly vault: CredentialVault;
  readonly clients: ClientVault;
  readonly ports: SignInPorts;

  constructor() {
    this.editor.use();
    const { secrets, markers, clock, store } = this;
    const write = (line: string): void => void this.log.push(line);
    const log = { trace: write, info: write, warn: write, error: write };
    this.vault = new CredentialVault({ secrets, markers, clock, log, describe: (id) => providerDescriptions.get(id) });
    this.clients = new ClientVault({ secrets, clock });
    const texts = collectReasonTexts([reasonTexts, signInReasonTexts]);
    const show = async (kind: Shown['kind'], text: string, buttons: readonly string[]): Promise<string | undefined> => {
      this.shown.push({ kind, text, buttons });
      return this.press({ kind, text, buttons });
    };
    const prompts = {
      page: (message: string, paragraphs: readonly string[], buttons: readonly string[]) =>
        show('page', [message, ...paragraphs].join('\n'), buttons),
      confirm: async (message: string, detail: string, verb: string) =>
        (await show('confirm', `${message}\n${detail}`, [verb])) === verb,
      tell: (severity: 'error' | 'warning' | 'information', subject: string, why: Reason, buttons: string[]) =>
        show(severity, `${subject}: ${reasonParagraph(why, texts, untranslated)}`, buttons),
      warn: (message: string, ...buttons: string[]) => show('warn', message, buttons),
      error: (message: string, ...buttons: string[]) => show('error', message, buttons),
      pick: async (title: string, _placeholder: string, items: readonly { label: string }[]) => {
        const labels = items.map(({ label }) => label);
        const label = await show('pick', title, labels);
        return items.find((item) => item.label === label);
      },
    };
    const stored = new Map<string, unknown>();
    this.ports = {
      prompts,
      vault: this.vault,
      clients: this.clients,
      store,
      clock,
      log,
      texts,
      network: { transport: async () => this.transport },
      projects: { targets: this.configured, save: () => assert.fail('the settings were written') },
      recent: {
        get: (key: string) => stored.get(key),
        update: async (key: string, value: unknown) => void stored.set(key, value),
      },
      operations: {
        credentialChanged: (target: Target, consent: ConsentState) => this.consentIs(consent, target),
        credentialChangedElsewhere: async (target: Target) => void this.retold.push(target),
        probe: async (target: Target, _signal: AbortSignal, options: unknown) => {
          this.probes.push(options);
          this.consentIs(this.probed, target);
        },
      },
    } as unknown as SignInPorts;
    this.editor.browse = async (url) => {
      const page = new URL(url);
      const back = this.page(page);
      if (!back) return true;
      const address = new URL(page.searchParams.get('redirect_uri') ?? '');
      address.search = String(new URLSearchParams({ state: page.searchParams.get('state') ?? '', ...back }));
      await fetch(address);
      return true;
    };
  }

  /** The client's secret is known, so that it is not asked for. */
  async withClient(): Promise<this> {
    await this.clients.store(alice.project, clientId, planted.clientSecret, origins);
    return this;
  }

  consentIs(consent: ConsentState, target = alice): void {
    this.store.update(targetKey(target), (state) => ({ ...state, consent }));
  }

  /** Consent pages that were opened. */
  get pages(): readonly URL[] {
    return this.editor.opened.map((url) => new URL(url)).filter(({ pathname }) => pathname === '/o/oauth2/v2/auth');
  }

  /** Resources the newest page asked for, or that of this number. */
  asked(number = -1): readonly string[] {
    return (this.pages.at(number)?.searchParams.get('scope') ?? '').split(' ');
  }

  async credentials(): Promise<readonly Credential[]> {
    const reading = await this.vault.read(alice);
    return reading.kind === 'present' ? reading.credentials : [];
  }

  /** Stores a credential as an earlier sign-in did. */
  async earlier(grants: readonly string[], vault = this.vault): Promise<void> {
    const form = providerDescriptions.get(project.provider)?.credentialForms[0];
    assert.ok(form);
    const values = { clientId, clientSecret: planted.clientSecret, refreshToken: '1//planted-earlier' };
    await vault.add(alice, form, values, {}, grants);
  }

  /** A vault with an empty memory over the same keyring. */
  otherWindow(): CredentialVault {
    const { secrets, markers, clock } = this;
    const log = { trace: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    return new CredentialVault({ secrets, markers, clock, log, describe: (id) => providerDescriptions.get(id) });
  }

  last(): Shown {
    const last = this.shown.at(-1);
    assert.ok(last, 'nothing was shown');
    return last;
  }

  /** Nothing that was shown or logged carries a secret, also encoded. */
  keepsSecrets(): void {
    const everything = [...this.log, ...this.shown.flatMap(({ text, buttons }) => [text, ...buttons])].join('\n');
    const sent = this.transport.requests.map(({ body }) => new URLSearchParams(body).get('code_verifier') ?? '');
    for (const secret of [...Object.values(planted), '1//planted-earlier', ...sent.filter((one) => one !== '')]) {
      for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
        assert.ok(!everything.includes(form), everything);
      }
    }
  }
}
