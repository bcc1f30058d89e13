/** Keeps web pages away: neither DNS rebinding (a foreign Host) nor a cross-site request (a foreign Origin) gets through. */

const loopbackNames = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** True for a Host header that names this machine's loopback and the port of our own origin. */
export function isOwnHost(host: string | undefined, own: string): boolean {
  const [, name, textPort] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(host?.toLowerCase() ?? '') ?? [];
  const { protocol, port } = new URL(own);
  const usual = protocol === 'https:' ? '443' : '80';
  return name !== undefined && loopbackNames.has(name) && (textPort ?? usual) === (port || usual);
}

/** A browser tells where a request comes from; a command-line client sends neither header. */
export function isForeignPage(origin: string | undefined, fetchSite: string | undefined, own: string): boolean {
  if (fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none') return true;
  if (origin === undefined) return false;
  const parsed = URL.canParse(origin) ? new URL(origin) : undefined;
  return parsed?.protocol !== new URL(own).protocol || !isOwnHost(parsed.host, own);
}

export function isLoopbackAddress(address: string): boolean {
  return /^127\.\d+\.\d+\.\d+$/.test(address) || address === '::1' || address === '::ffff:127.0.0.1';
}
