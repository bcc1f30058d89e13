/** The local stand-in for the services: started by one function, stopped without a trace. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Hono } from 'hono';
import type { RunningSandbox, SandboxOptions } from './api';
import { movableClock } from './clock';
import { sandboxControl } from './control';
import { mountControl } from './controlRoutes';
import { faultBook } from './faults';
import { frontEndPage, notFoundPage, plainError, toResponse } from './google/errors';
import { googleAddresses, mountGoogle } from './google/routes';
import { isForeignPage, isLoopbackAddress, isOwnHost } from './hostGuard';
import { identityPlatformAddresses, mountIdentityPlatform } from './identityPlatform/routes';
import { requestLog } from './ledger';
import type { VenafiListener } from './venafi/api';
import { serverLimits, venafiListeners } from './venafi/listeners';
import { dateHeader, isDevicePage, isVenafiPath, mountVenafi, notServed, venafiAddresses } from './venafi/routes';
import type { Fate } from './wire';
import { readRequestBody, sendFault, sendResponse, toRequest } from './wire';
import { WorldHolder } from './world';

/** The sandbox could not start. The message says what to do about it. */
export class SandboxStartError extends Error {
  override readonly name = 'SandboxStartError';
  readonly code: 'not-loopback' | 'port-in-use' | 'failed';

  constructor(code: SandboxStartError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

const controlPrefix = '/__sandbox/';
const loopbackHosts = new Set(['127.0.0.1', '::1', 'localhost']);

/** Throws SandboxStartError: a host that is not loopback, a port in use, or whatever else the system says. */
export async function startSandbox(options: SandboxOptions = {}): Promise<RunningSandbox> {
  const host = options.host ?? '127.0.0.1';
  if (!loopbackHosts.has(host)) {
    throw new SandboxStartError(
      'not-loopback',
      `The sandbox listens on this machine only (127.0.0.1, ::1 or localhost), not on "${host}".`,
    );
  }
  const clock = options.clock ?? movableClock();
  const world = new WorldHolder(clock, options.seed ?? 1);
  const faults = faultBook();
  const requests = requestLog();
  const stopping = new AbortController();
  let origin = '';
  const google = { clock, world: () => world.google, ids: () => world.ids, origin: () => origin };
  const identityPlatform = { clock, world: () => world.identityPlatform, ids: () => world.ids };
  const venafi = { clock, world: () => world.venafi, ids: () => world.ids };
  const serials = new WeakMap<Socket, number>();
  const connected = (socket: Socket) => serials.set(socket, requests.connected());
  const bind = (further: Server, wanted: number) => listen(further, wanted, host);
  const listeners = venafiListeners({ serve, connected, bind, stop });
  const control = sandboxControl({ clock, faults, requests, world, google, identityPlatform, venafi, listeners });

  const app = new Hono();
  mountGoogle(app, google);
  mountIdentityPlatform(app, identityPlatform);
  mountVenafi(app, venafi);
  mountControl(app, control);
  app.notFound(({ req }) => toResponse(notFoundPage(req.path)));
  app.onError(() => toResponse(plainError(500, 'INTERNAL', 'Internal error encountered.')));

  const server = createServer(serverLimits, (message, target) => {
    serve(message, target, { origin, serves: 'everything' }).catch(() => message.socket.destroy());
  });
  server.on('connection', connected);
  const { port, address } = await listen(server, options.port ?? 0, host);
  if (!isLoopbackAddress(address)) {
    await stop(server);
    throw new SandboxStartError(
      'not-loopback',
      `"${host}" does not lead to this machine's loopback but to ${address}.`,
    );
  }
  origin = `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
  const https = options.https ? await openHttps(options.https) : undefined;

  /** A sandbox whose second port is taken does not stay half open. */
  async function openHttps(request: { readonly port?: number }): Promise<VenafiListener> {
    try {
      return await listeners.open(request);
    } catch (error) {
      await stop(server);
      throw error;
    }
  }

  async function serve(message: IncomingMessage, target: ServerResponse, at: Origin): Promise<void> {
    if (!isOwnHost(message.headers.host, at.origin)) {
      return sendResponse(target, new Response('The sandbox answers to loopback names only.\n', { status: 421 }));
    }
    const url = requestUrl(message, at.origin);
    if (!url) return sendResponse(target, toResponse(frontEndPage(400, 'Your client has issued a malformed request.')));
    const forControl = url.pathname.startsWith(controlPrefix);
    const foreign = isForeignPage(message.headers.origin, header(message, 'sec-fetch-site'), at.origin);
    // A foreign page may send people to the consent page, but not press its buttons.
    const forConsent = (url.pathname.startsWith('/o/') || isDevicePage(url.pathname)) && message.method === 'POST';
    if ((forControl || forConsent) && foreign) {
      return sendResponse(target, new Response('No web page may steer the sandbox.\n', { status: 403 }));
    }
    const body = await readRequestBody(message);
    if (!body) {
      target.setHeader('connection', 'close');
      return sendResponse(target, toResponse(frontEndPage(413, 'Your client issued a request that was too large.')));
    }
    const request = toRequest(message, url, body);
    if (forControl) return sendResponse(target, await app.fetch(request));
    const note = requests.arrived({
      connection: serials.get(message.socket) ?? 0,
      time: clock.now(),
      method: request.method,
      url,
      headers: request.headers,
      body,
    });
    if (isVenafiPath(url.pathname)) {
      const date = dateHeader(world.venafi, clock.now());
      if (date === undefined) target.sendDate = false;
      else target.setHeader('date', date);
    }
    note(await answer(request, target, at));
  }

  async function answer(request: Request, target: ServerResponse, at: Origin): Promise<Partial<Fate>> {
    const { pathname } = new URL(request.url);
    const absent = notServed(world.venafi, at.serves, pathname);
    if (absent) {
      await sendResponse(target, absent);
      return { status: absent.status };
    }
    const fault = faults.take(request.method, pathname);
    if (fault) return sendFault(target, fault, async () => app.fetch(request), stopping.signal);
    const response = await app.fetch(request);
    await sendResponse(target, response);
    return { status: response.status };
  }

  return {
    origin,
    google: googleAddresses(origin),
    identityPlatform: identityPlatformAddresses(origin),
    venafi: venafiAddresses(origin, https?.origin),
    control,
    async close() {
      stopping.abort();
      await Promise.all([stop(server), listeners.closeAll()]);
    },
  };
}

/** Where a request came in. */
type Origin = Pick<VenafiListener, 'origin' | 'serves'>;

function header(message: IncomingMessage, name: string): string | undefined {
  return message.headersDistinct[name]?.[0];
}

/** undefined for what is no path: `OPTIONS *`, or a request meant for a proxy. */
function requestUrl(message: IncomingMessage, origin: string): URL | undefined {
  const target = message.url ?? '';
  return target.startsWith('/') && URL.canParse(origin + target) ? new URL(origin + target) : undefined;
}

async function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE';
      reject(
        inUse
          ? new SandboxStartError('port-in-use', `Port ${port} is in use. Choose another one, or 0 for any free port.`)
          : new SandboxStartError('failed', `The sandbox cannot listen on ${host}:${port}: ${error.message}`),
      );
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new SandboxStartError('failed', 'The sandbox has no port.');
  return address;
}

async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
