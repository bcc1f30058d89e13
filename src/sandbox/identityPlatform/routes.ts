/**
 * Identity Platform has three real origins, the sandbox has one. Each route is therefore there twice: below the name of its
 * real host, which is how the Firebase Auth emulator lays them out and how `connectAuthEmulator` and
 * `FIREBASE_AUTH_EMULATOR_HOST` reach it, and plainly at the root, for a project whose endpoint is the bare origin.
 *
 * | real address                                                    | in the sandbox                                       |
 * | --------------------------------------------------------------- | ---------------------------------------------------- |
 * | `POST identitytoolkit.googleapis.com/v2/accounts:revokeToken`   | `[/identitytoolkit.googleapis.com]/v2/accounts:…`    |
 * | `POST identitytoolkit.googleapis.com/v1/accounts:signUp`,       | `[/identitytoolkit.googleapis.com]/v1/accounts:…`    |
 * | `…:signInWithPassword`, `…:signInWithCustomToken`,              |                                                      |
 * | `…:signInWithIdp`, `…:lookup`                                   |                                                      |
 * | `POST securetoken.googleapis.com/v1/token`                      | `[/securetoken.googleapis.com]/v1/token`             |
 * | `GET www.googleapis.com/service_accounts/v1/jwk/securetoken@…`  | `/www.googleapis.com/service_accounts/v1/jwk/…`      |
 * | `POST appleid.apple.com/auth/token`, `/auth/revoke`,            | `[/appleid.apple.com]/auth/token` and so on          |
 * | `GET /auth/keys`                                                |                                                      |
 *
 * As with the real hosts, a web page of any origin may call these (CORS); the control plane it may not.
 */
import type { Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import { jsonAnswer, notFoundPage, toResponse } from '../google/errors';
import type { IdentityPlatformAddresses } from './api';
import { mountApple } from './apple/routes';
import { identifyCaller } from './callers';
import { signInWithCustomToken } from './customToken';
import { signInWithIdp } from './idpSignIn';
import { googleKeySet } from './idTokens';
import { lookup } from './lookup';
import type { Method } from './method';
import { refuse, tenantIdOf, tenantRefusal } from './method';
import { signInWithPassword, signUp } from './passwordSignIn';
import { readFields } from './requestFields';
import { revokeToken } from './revokeToken';
import { grantToken } from './secureToken';
import type { IdentityPlatformService } from './service';

const methods: readonly Method[] = [
  revokeToken,
  signUp,
  signInWithPassword,
  signInWithCustomToken,
  signInWithIdp,
  lookup,
];

const hosts = {
  identityToolkit: '/identitytoolkit.googleapis.com',
  secureToken: '/securetoken.googleapis.com',
  apple: '/appleid.apple.com',
} as const;

export function mountIdentityPlatform(app: Hono, service: IdentityPlatformService): void {
  for (const method of methods) {
    for (const path of spellings(hosts.identityToolkit, `/${method.version}/${method.name}`)) {
      app.use(path, cors());
      app.post(path, (context) => answer(service, method, context));
    }
  }
  for (const path of spellings(hosts.secureToken, '/v1/token')) {
    app.use(path, cors());
    app.post(path, ({ req }) => grantToken(service, req.raw));
  }
  app.get('/www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com', () =>
    jsonAnswer(googleKeySet()),
  );
  for (const prefix of ['', hosts.apple]) mountApple(app, service, prefix);
  // How clients recognise the emulator.
  app.get('/', ({ req }) =>
    service.world().switches.emulator
      ? jsonAnswer({ authEmulator: { ready: true, docs: 'https://firebase.google.com/docs/emulator-suite' } })
      : toResponse(notFoundPage(req.path)),
  );
}

function spellings(host: string, path: string): readonly string[] {
  return [host + path, path];
}

/** Caller, body, quota, tenant, and then what the method itself checks. */
async function answer(service: IdentityPlatformService, method: Method, context: Context): Promise<Response> {
  const request = context.req.raw;
  const world = service.world();
  const called = { service: 'identitytoolkit.googleapis.com', rpc: method.rpc } as const;
  const query = new URL(request.url).searchParams;
  const caller = identifyCaller(world, request.headers, query, called, service.clock.now());
  if (caller.kind === 'refused') return toResponse(caller.answer);
  const read = await readFields(request, method.body);
  if (read.kind === 'refused') return toResponse(read.answer);
  const { project, via } = caller;
  if (project.quotaExceeded) return refuse('QUOTA_EXCEEDED');
  const tenantId = tenantIdOf(read.fields);
  const badTenant = tenantRefusal(project, tenantId, world.switches.emulator);
  if (badTenant) return toResponse(badTenant);
  return method.run({ service, project, directory: { project, tenantId }, via, fields: read.fields });
}

export function identityPlatformAddresses(origin: string): IdentityPlatformAddresses {
  return {
    identityToolkitUrl: origin + hosts.identityToolkit,
    secureTokenUrl: origin + hosts.secureToken,
    appleUrl: origin + hosts.apple,
    emulatorHost: new URL(origin).host,
  };
}
