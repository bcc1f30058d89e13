import type { Hono } from 'hono';
import type { GoogleAddresses } from '../api';
import { mountArchives } from './archives';
import { mountAuthorize } from './authorize';
import { mountDiscovery } from './discovery';
import { mountOAuth } from './oauth';
import { mountPortability } from './portability';
import type { GoogleService } from './service';

/** Google at the origin's root: the official client's `rootUrl` keeps nothing but the origin. */
export function mountGoogle(app: Hono, service: GoogleService): void {
  mountAuthorize(app, service);
  mountOAuth(app, service);
  mountPortability(app, service);
  mountArchives(app, service);
  mountDiscovery(app, service);
}

export function googleAddresses(origin: string): GoogleAddresses {
  return {
    oauth2AuthBaseUrl: `${origin}/o/oauth2/v2/auth`,
    oauth2TokenUrl: `${origin}/token`,
    oauth2RevokeUrl: `${origin}/revoke`,
    tokenInfoUrl: `${origin}/tokeninfo`,
    rootUrl: `${origin}/`,
  };
}
