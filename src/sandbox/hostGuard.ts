/** Keeps web pages away: neither DNS rebinding (a foreign Host) nor a cross-site request (a foreign Origin) gets through. */

const loopbackNames = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** True for a Host header that names this machine's loopback and our port. */
export function isOwnHost(host: string | undefined, port: number): boolean {
  const [, name, textPort] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(host?.toLowerCase() ?? '') ?? [];
  return name !== undefined && loopbackNames.has(name) && Number(textPort ?? 80) === port;
}

/** A browser tells where a request comes from; a command-line client sends neither header. */
export function isForeignPage(origin: string | undefined, fetchSite: string | undefined, port: number): boolean {
  if (fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none') return true;
  if (origin === undefined) return false;
  const parsed = URL.canParse(origin) ? new URL(origin) : undefined;
  return parsed?.protocol !== 'http:' || !isOwnHost(parsed.host, port);
}

export function isLoopbackAddress(address: string): boolean {
  return /^127\.\d+\.\d+\.\d+$/.test(address) || address === '::1' || address === '::ffff:127.0.0.1';
}
