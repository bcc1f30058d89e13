/**
 * Run in a process of its own: loads a transport, sends through it, and prints what of the process it found changed.
 *
 * Arguments: the module that exports `createTransport`, the origin to ask.
 */
import diagnostics from 'node:diagnostics_channel';
import http from 'node:http';
import https from 'node:https';

const channels = [
  ...['beforeConnect', 'connected', 'connectError', 'sendHeaders'].map((name) => `undici:client:${name}`),
  ...['create', 'bodySent', 'headers', 'trailers', 'error'].map((name) => `undici:request:${name}`),
];

/** Globals that make Node load its own undici, with a dispatcher for the process, as soon as they are looked at. */
const nodesOwn = new Set<string | symbol>([
  'CloseEvent',
  'EventSource',
  'FormData',
  'Headers',
  'MessageEvent',
  'Request',
  'Response',
  'WebSocket',
]);

/** Everything another extension of the same process could notice. */
function processState(): Map<string, unknown> {
  const state = new Map<string, unknown>([
    ['http.globalAgent', http.globalAgent],
    ['https.globalAgent', https.globalAgent],
    ['http.request', http.request],
    ['https.request', https.request],
    ['uncaughtException listeners', process.listenerCount('uncaughtException')],
    ['unhandledRejection listeners', process.listenerCount('unhandledRejection')],
  ]);
  for (const channel of channels) state.set(`subscribers of ${channel}`, diagnostics.hasSubscribers(channel));
  for (const key of Reflect.ownKeys(globalThis)) {
    if (nodesOwn.has(key)) continue;
    const { value, get, writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(globalThis, key) ?? {};
    state.set(`global ${String(key)}`, value ?? get);
    state.set(`global ${String(key)}: kind`, `${writable} ${enumerable} ${configurable}`);
  }
  return state;
}

async function probe(modulePath: string, origin: string): Promise<void> {
  new AbortController(); // Node itself replaces this global at its first use.
  const before = processState();
  const { createTransport } = require(modulePath) as typeof import('../../../src/http/transport');
  const silent = () => undefined;
  const transport = createTransport({
    log: { trace: silent, info: silent, warn: silent, error: silent },
    proxy: () => ({ support: 'on', proxy: '', noProxy: [], env: {} }),
    trust: { extraCertificates: () => [] },
  });
  const kinds: string[] = [];
  for (const effect of ['read', 'irreversible'] as const) {
    const request = { method: 'POST', url: new URL(origin), pathTemplate: '/', effect } as const;
    kinds.push((await transport.send(request, new AbortController().signal)).kind);
  }
  await transport.close();
  const after = processState();
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (key) => before.has(key) !== after.has(key) || !Object.is(before.get(key), after.get(key)),
  );
  process.stdout.write(JSON.stringify({ kinds, changed }));
}

void probe(process.argv[2] ?? '', process.argv[3] ?? '');
