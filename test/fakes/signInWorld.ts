/** A sign-in at Google against the sandbox: real transport, real listener, and a browser that is made of `fetch`. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { inspect } from 'node:util';
import { type SignInPorts, type SignInRequest, type SignInResult, signIn } from '../../src/auth/googleSignIn';
import { signInReasonTexts } from '../../src/auth/signInReasonTexts';
import { collectReasonTexts, reasonParagraph, untranslated } from '../../src/core/outcomeText';
import type { HttpRequest, Log, Transport } from '../../src/core/ports';
import { reasonTexts } from '../../src/core/reasonTexts';
import { BoundSecret } from '../../src/core/redact';
import { createTransport, type UndiciTransport } from '../../src/http/transport';
import type { RunningSandbox } from '../../src/sandbox/api';
import { frozenClock } from '../../src/sandbox/clock';
import { startSandbox } from '../../src/sandbox/server';
import { freePort } from '../unit/auth/rawConnection';
import { consent } from '../unit/sandbox/consentForm';
import { ManualClock } from './manualClock';
import { noon } from './resetStage';

export const project = '123456789012';
export const dave = 'dave.test@example.com';
export const secret = 'GOCSPX-sandbox-sign-in-secret';
export const scope = (name: string): string => `https://www.googleapis.com/auth/dataportability.${name}`;
export const scopes = [scope('myactivity.search'), scope('maps.reviews')];

export class SignInWorld {
  readonly clock = new ManualClock(noon);
  readonly stop = new AbortController();
  /** Pages that the browser was sent to. */
  readonly opened: URL[] = [];
  /** Bodies of the requests that were given to the transport. */
  readonly onTheWire: string[] = [];
  /** What comes of the page; the address the browser is sent back to, if there is one. */
  browser: (page: URL) => Promise<URL | undefined> = (page) => consent(page);
  /** The page the browser ends on. */
  last: { readonly status: number; readonly text: string } | undefined;
  browsing: Promise<void> = Promise.resolve();
  request: SignInRequest;

  private constructor(
    readonly sandbox: RunningSandbox,
    readonly transport: UndiciTransport,
    readonly webPort: number,
    readonly logLines: readonly string[],
  ) {
    sandbox.control.seed({
      users: [{ email: dave }],
      projects: [
        {
          number: project,
          clients: [
            { clientId: `${project}-desktop.apps.googleusercontent.com`, clientSecret: secret },
            {
              clientId: `${project}-web.apps.googleusercontent.com`,
              clientSecret: secret,
              kind: 'web',
              redirectUris: [`http://localhost:${webPort}/oauth2/back`],
            },
          ],
        },
      ],
    });
    this.request = {
      clientId: `${project}-desktop.apps.googleusercontent.com`,
      clientSecret: new BoundSecret(secret, [sandbox.origin]),
      clientKind: 'installed',
      scopes,
      loginHint: dave,
      authUrl: new URL(sandbox.google.oauth2AuthBaseUrl),
      tokenUrl: new URL(sandbox.google.oauth2TokenUrl),
      boundTo: [sandbox.origin],
    };
  }

  static async open(): Promise<SignInWorld> {
    const sandbox = await startSandbox({ port: 0, clock: frozenClock(noon) });
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    const log: Log = { trace: write, info: write, warn: write, error: write };
    const transport = createTransport({
      log,
      proxy: () => ({ support: 'off', proxy: '', noProxy: [], env: {} }),
      trust: { extraCertificates: () => [] },
    });
    return new SignInWorld(sandbox, transport, await freePort(), lines);
  }

  async close(): Promise<void> {
    await this.transport.close();
    await this.sandbox.close();
  }

  async signIn(ports: Partial<SignInPorts> = {}): Promise<SignInResult> {
    const openExternal = async (url: string): Promise<boolean> => {
      const page = new URL(url);
      this.opened.push(page);
      this.browsing = this.browse(page);
      return true;
    };
    const { clock } = this;
    const transport: Transport = {
      send: (request, signal) => {
        this.onTheWire.push(bodyOf(request));
        return this.transport.send(request, signal);
      },
    };
    const result = await signIn(this.request, { transport, clock, openExternal, ...ports }, this.stop.signal);
    await this.browsing;
    this.assertNothingLeaked(result);
    return result;
  }

  /** Neither the shapes of the sandbox's secrets, nor any value that this very sign-in has sent or been sent. */
  assertNothingLeaked(result: SignInResult): void {
    const everything = [
      inspect(result, { depth: null, showHidden: true, getters: true }),
      JSON.stringify(result),
      this.text(result),
      ...this.logLines,
    ].join('\n');
    assert.doesNotMatch(everything, /ya29\.|1\/\/sandbox|4\/0sandbox|GOCSPX|code_verifier/);
    const sent = this.onTheWire.map((body) => new URLSearchParams(body));
    const values = sent.flatMap((form) => ['code', 'code_verifier', 'client_secret'].map((name) => form.get(name)));
    const states = this.opened.map((page) => page.searchParams.get('state'));
    for (const secret of [...values, ...states]) {
      if (!secret) continue;
      for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
        assert.ok(!everything.includes(form), everything);
      }
    }
  }

  async browse(page: URL): Promise<void> {
    const back = await this.browser(page);
    if (!back) return;
    const response = await fetch(back);
    this.last = { status: response.status, text: await response.text() };
  }

  /** Exchanges that reached the service's door. */
  exchanges() {
    return this.sandbox.control.requests.list({ method: 'POST', path: '/token' });
  }

  consent(): string {
    return this.sandbox.control.google.consents(dave, project).state;
  }

  text(result: SignInResult): string {
    const texts = collectReasonTexts([reasonTexts, signInReasonTexts]);
    return 'reason' in result ? reasonParagraph(result.reason, texts, untranslated) : '';
  }
}

/** The form as it goes over the wire, secrets in clear. */
function bodyOf({ body, url }: HttpRequest): string {
  if (body?.kind === 'text') {
    const revealed = typeof body.value === 'string' ? undefined : body.value.revealFor(url);
    return revealed?.kind === 'revealed' ? revealed.value : String(body.value);
  }
  if (body?.kind !== 'form') return '';
  const open = (value: (typeof body.fields)[string]): string => {
    if (typeof value === 'string') return value;
    const revealed = value.revealFor(url);
    return revealed.kind === 'revealed' ? revealed.value : '';
  };
  return String(
    new URLSearchParams(Object.entries(body.fields).map(([name, value]): [string, string] => [name, open(value)])),
  );
}

/** Whether somebody listens there. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
