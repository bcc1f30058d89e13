import type { Hono } from 'hono';
import { pageBody, toResponse } from './answers';
import type { VenafiAddresses, VenafiListener } from './api';
import { authServer } from './authServer';
import type { VenafiService } from './service';
import { webSdk } from './webSdk';
import type { VenafiWorld } from './world';

const applications = /^\/(vedsdk|vedauth)\/(.*)$/i;

/** Two applications beside each other; IIS takes their names, and those of their methods, in any case. */
export function mountVenafi(app: Hono, service: VenafiService): void {
  app.all('/:application{[vV][eE][dD](?:[sS][dD][kK]|[aA][uU][tT][hH])}/*', ({ req }) => {
    const url = new URL(req.url);
    const [, application = '', path = ''] = applications.exec(url.pathname) ?? [];
    // The product writes its own name into links; here it is the name by which the client has found it.
    const origin = `${url.protocol}//${req.header('host') ?? url.host}`;
    return application.toLowerCase() === 'vedsdk'
      ? webSdk(service, path, req.raw)
      : authServer(service, path, req.raw, origin);
  });
}

export function isVenafiPath(path: string): boolean {
  return applications.test(path);
}

/** The page whose buttons no foreign page may press. */
export function isDevicePage(path: string): boolean {
  return /^\/vedauth\/device\/?$/i.test(path);
}

/** The answer of a listener that does not serve the application: it is installed on another host. */
export function notServed(world: VenafiWorld, serves: VenafiListener['serves'], path: string): Response | undefined {
  const application = applications.exec(path)?.[1]?.toLowerCase();
  if (!application) return undefined;
  const elsewhere = application === 'vedauth' && world.switches.vedauth === 'elsewhere' && serves !== 'vedauth';
  if (!elsewhere && (serves === 'everything' || serves === application)) return undefined;
  return toResponse(pageBody(404, 'File or directory not found.'));
}

/** The Date header of an answer: the sandbox's time, as the times of the grants are. undefined: none. */
export function dateHeader({ switches }: VenafiWorld, now: number): string | undefined {
  return switches.dateHeader === 'missing' ? undefined : new Date(now + switches.dateSkewMs).toUTCString();
}

export function venafiAddresses(origin: string, httpsOrigin: string | undefined): VenafiAddresses {
  return {
    webSdk: `${origin}/vedsdk/`,
    auth: `${origin}/vedauth/`,
    devicePage: `${origin}/vedauth/device`,
    ...(httpsOrigin === undefined
      ? {}
      : { https: { origin: httpsOrigin, webSdk: `${httpsOrigin}/vedsdk/`, auth: `${httpsOrigin}/vedauth/` } }),
  };
}
