/**
 * Opens the connection of a request: name, TCP, tunnel, TLS. The request is not known here, so whatever fails here has
 * provably sent nothing of it.
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';
import { detailWords } from '../core/detailWords';
import type { NotSentCause } from '../core/ports';
import { errorCode, isConnectionLoss, isHandshakeFailure, tcpCause, tlsCause } from './classify';
import type { Limits } from './limits';
import type { ProxyChoice } from './proxy';
import type { StartTimer } from './timers';
import type { Trust } from './trust';
import { openTunnel } from './tunnel';

export type Opened =
  | { readonly kind: 'open'; readonly socket: Socket }
  /** `detail` names host, port and error code, nothing else. */
  | { readonly kind: 'failed'; readonly cause: NotSentCause; readonly detail: string }
  /** The signal ended it; `onTheWayTo` says whether the proxy had been reached. */
  | { readonly kind: 'stopped'; readonly onTheWayTo: 'proxy' | 'server' };

export interface Destination {
  /** Scheme, host and port of the server. */
  readonly origin: URL;
  readonly proxy: ProxyChoice;
  /** Whose client certificate is shown to a server that asks for one. */
  readonly project?: string | undefined;
}

export interface ConnectionSettings {
  readonly limits: Limits;
  readonly trust: Trust;
  readonly startTimer: StartTimer;
}

/** `untrusted` is the origin whose issuer is not known. */
type Unopened = Exclude<Opened, { kind: 'open' }> & { readonly untrusted?: string };
type Stage = { readonly kind: 'ok'; readonly value: Socket } | Unopened;

/** Opens a connection that is ready for the first byte of a request. Never rejects. */
export async function openConnection(
  destination: Destination,
  settings: ConnectionSettings,
  signal: AbortSignal,
): Promise<Opened> {
  const scope = new AbortController();
  const stop = () => scope.abort('stopped');
  signal.addEventListener('abort', stop, { once: true });
  const timer = settings.startTimer(settings.limits.connectMs, () => scope.abort('timeout'));
  try {
    if (signal.aborted) return { kind: 'stopped', onTheWayTo: 'server' };
    const opened = await openTrusted(destination, settings, scope.signal);
    return opened.kind === 'stopped' && scope.signal.reason === 'timeout' ? timedOut(destination, opened) : opened;
  } finally {
    timer.stop();
    signal.removeEventListener('abort', stop);
  }
}

function timedOut({ origin, proxy }: Destination, opened: Extract<Opened, { kind: 'stopped' }>): Opened {
  return opened.onTheWayTo === 'proxy' && proxy.kind === 'proxy'
    ? { kind: 'failed', cause: 'proxy-unreachable', detail: `${place(proxy.url)}: ${detailWords.noConnection}` }
    : { kind: 'failed', cause: 'connect-timeout', detail: `${place(origin)}: ${detailWords.noConnection}` };
}

/** Begins anew, with more certificates, as long as there are more for the origin that was not trusted. */
async function openTrusted(to: Destination, settings: ConnectionSettings, signal: AbortSignal): Promise<Opened> {
  for (;;) {
    const stage = await openStages(to, settings, signal);
    if (stage.kind === 'ok') return { kind: 'open', socket: stage.value };
    const { untrusted, ...opened } = stage;
    if (untrusted === undefined || !settings.trust.widen(untrusted)) return opened;
  }
}

async function openStages(to: Destination, settings: ConnectionSettings, signal: AbortSignal): Promise<Stage> {
  const { origin, proxy, project } = to;
  const own = settings.trust.clientCertificate(origin.origin, project);
  if (own.kind === 'unusable') return { kind: 'failed', cause: 'client-certificate-unusable', detail: own.detail };
  if (proxy.kind === 'unusable') return { kind: 'failed', cause: 'proxy-unreachable', detail: proxy.detail };
  const carrier =
    proxy.kind === 'direct' ? await dial(origin, signal) : await throughProxy(origin, proxy, settings, signal);
  if (carrier.kind !== 'ok' || origin.protocol !== 'https:') return carrier;
  return encrypt(carrier.value, origin, settings, signal, project);
}

async function throughProxy(
  origin: URL,
  proxy: Extract<ProxyChoice, { kind: 'proxy' }>,
  settings: ConnectionSettings,
  signal: AbortSignal,
): Promise<Stage> {
  const dialled = await dial(proxy.url, signal);
  const reached =
    dialled.kind === 'ok' && proxy.url.protocol === 'https:'
      ? await encrypt(dialled.value, proxy.url, settings, signal)
      : dialled;
  if (reached.kind === 'failed') return { ...reached, cause: 'proxy-unreachable' };
  if (reached.kind === 'stopped') return { kind: 'stopped', onTheWayTo: 'proxy' };
  const tunnel = await openTunnel(reached.value, origin, proxy, settings.limits, signal);
  switch (tunnel.kind) {
    case 'open':
      return { kind: 'ok', value: tunnel.socket };
    case 'refused':
      return { kind: 'failed', cause: 'proxy-refused', detail: `${place(proxy.url)}: ${tunnel.detail}` };
    case 'stopped':
      return { kind: 'stopped', onTheWayTo: 'server' };
  }
}

/** TCP to the URL's host and port, over whichever of its addresses answers. */
function dial(url: URL, signal: AbortSignal): Promise<Stage> {
  const socket = connectTcp({
    host: bareHost(url),
    port: portOf(url),
    autoSelectFamily: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
  });
  return settled(socket, 'connect', url, tcpCause, signal);
}

/** TLS over a connection that stands, checked against the URL's host. */
async function encrypt(
  carrier: Socket,
  url: URL,
  settings: ConnectionSettings,
  signal: AbortSignal,
  /** Absent for a proxy, which is shown no client certificate. */
  project?: string,
): Promise<Stage> {
  const host = bareHost(url);
  let secureContext: SecureContext;
  try {
    secureContext = settings.trust.contextFor(url.origin, project);
  } catch (error) {
    carrier.destroy();
    const code = errorCode(error) ?? 'unreadable';
    return { kind: 'failed', cause: 'tls-other', detail: `${place(url)}: ${detailWords.projectCertificates}: ${code}` };
  }
  const socket = connectTls({
    socket: carrier,
    host,
    secureContext,
    ALPNProtocols: ['http/1.1'],
    // Said aloud, as `NODE_TLS_REJECT_UNAUTHORIZED=0` would switch the check off for the whole process.
    rejectUnauthorized: true,
    // Server names are names only (RFC 6066 §3); an address is checked against `host`.
    ...(isIP(host) === 0 ? { servername: host } : {}),
  });
  const shown = settings.trust.clientCertificate(url.origin, project).kind === 'pair';
  const causeOf = (error: unknown): NotSentCause => {
    const cause = tlsCause(error);
    // Many a server hangs up without a word on a certificate that it does not know.
    const aboutOurs = (shown && isHangUp(error)) || (isHandshakeFailure(error) && hasSeenServer(socket));
    if (cause !== 'tls-other' || !aboutOurs) return cause;
    return shown ? 'client-certificate-refused' : 'client-certificate-missing';
  };
  const acceptance = project === undefined ? undefined : new Acceptance(socket);
  const secured = await settled(socket, 'secureConnect', url, causeOf, signal);
  const awaits = secured.kind === 'ok' && socket.getProtocol() === 'TLSv1.3';
  const stage = awaits && acceptance ? await acceptance.wait(url, causeOf, signal) : secured;
  return stage.kind === 'failed' && stage.cause === 'tls-untrusted' ? { ...stage, untrusted: url.origin } : stage;
}

/**
 * In TLS 1.3 the client has finished before the server has judged its certificate, or its having none (RFC 8446 §4.4.2.4):
 * a request that left at once could not be told from one that was carried out. A session ticket is the first thing that
 * only a server sends that is content; one that sends none is waited for no longer than this.
 */
const acceptanceMs = 400;

class Acceptance {
  #ticket = false;
  #heard: () => void = () => undefined;

  constructor(private readonly socket: TLSSocket) {
    // It is told from within a read of the TLS library: what is written there and then would not go out.
    socket.once('session', () =>
      setImmediate(() => {
        this.#ticket = true;
        this.#heard();
      }),
    );
  }

  wait(url: URL, causeOf: (error: unknown) => NotSentCause, signal: AbortSignal): Promise<Stage> {
    const { socket } = this;
    return new Promise((resolve) => {
      const finish = (stage: Stage): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        socket.off('error', fail).off('end', closed).off('close', closed);
        if (stage.kind !== 'ok') socket.destroy();
        resolve(stage);
      };
      const stop = () => finish({ kind: 'stopped', onTheWayTo: 'server' });
      const fail = (error: unknown) => finish(failure(url, error, causeOf));
      const closed = () => fail(undefined);
      const timer = setTimeout(() => finish({ kind: 'ok', value: socket }), acceptanceMs);
      this.#heard = () => finish({ kind: 'ok', value: socket });
      socket.once('error', fail).once('end', closed).once('close', closed);
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      else if (this.#ticket) this.#heard();
    });
  }
}

/**
 * Whether TLS 1.2 has come as far as the server's certificate. Ciphers and all else are agreed on by then: what the server
 * still refuses, without an alert of its own for it, is the client's certificate, or its having none (RFC 5246 §7.4.6).
 */
function hasSeenServer(socket: TLSSocket): boolean {
  const certificate: object | null = socket.getPeerCertificate();
  return socket.getProtocol() === 'TLSv1.2' && Object.keys(certificate ?? {}).length > 0;
}

function failure(url: URL, error: unknown, causeOf: (error: unknown) => NotSentCause): Unopened {
  const detail = `${place(url)}: ${errorCode(error) ?? detailWords.connectionFailed}`;
  return { kind: 'failed', cause: causeOf(error), detail };
}

/** The connection went away, or ended without an error. */
function isHangUp(error: unknown): boolean {
  return error === undefined || isConnectionLoss(error);
}

function settled(
  socket: Socket,
  ready: 'connect' | 'secureConnect',
  url: URL,
  causeOf: (error: unknown) => NotSentCause,
  signal: AbortSignal,
): Promise<Stage> {
  return new Promise((resolve) => {
    const finish = (stage: Stage) => {
      signal.removeEventListener('abort', stop);
      socket.off('close', closed);
      if (stage.kind !== 'ok') socket.destroy();
      resolve(stage);
    };
    const stop = () => finish({ kind: 'stopped', onTheWayTo: 'server' });
    const fail = (error: unknown) => finish(failure(url, error, causeOf));
    const closed = () => fail(undefined);
    // Stays for the life of the connection: an error between two owners must not bring the editor's process down.
    socket.on('error', fail);
    socket.once('close', closed);
    socket.once(ready, () => finish({ kind: 'ok', value: socket }));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}

/** Host as the network functions want it: an IPv6 address without brackets. */
function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function portOf(url: URL): number {
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80));
}

/** `host:port`, for texts. */
export function place(url: URL): string {
  return `${url.hostname}:${portOf(url)}`;
}
