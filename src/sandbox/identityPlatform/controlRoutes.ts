/**
 * The control plane of Identity Platform and Apple over HTTP: the functions of `IdentityPlatformControl`, one route each, all
 * under `/__sandbox/identityPlatform/`. What has no answer of its own answers `{}`.
 *
 * | method and path                  | body                                   | does, and answers                          |
 * | -------------------------------- | -------------------------------------- | ------------------------------------------ |
 * | `POST seed`                      | `IdentityPlatformSeed`                 | adds things: `IdentityPlatformSeedResult`  |
 * | `POST seed-sample`               |                                        | adds the sample: `IdentityPlatformSample`  |
 * | `GET users?project=&tenantId=`   |                                        | `UserReadout[]`                            |
 * | `PATCH users/{uid}?…`            | `UserPatch`                            | changes an account: `UserReadout`          |
 * | `DELETE users/{uid}?…`           |                                        | deletes an account                         |
 * | `PATCH projects/{id}`            | `IdentityProjectPatch`                 | changes a project                          |
 * | `POST sign-ins`                  | `SignInRequest`                        | signs a user in: `SignInResult`            |
 * | `POST custom-tokens`             | `CustomTokenRequest`                   | `{token}`                                  |
 * | `GET revocations`                |                                        | `RevocationRecord[]`                       |
 * | `GET switches`                   |                                        | `IdentityPlatformSwitches`                 |
 * | `PATCH switches`                 | some of them                           | turns them: `IdentityPlatformSwitches`     |
 * | `POST faults`                    | `{name}`, `IdentityPlatformFaultOptions` | adds a fault by its name: `{id}`         |
 * | `POST apple/authorizations`      | `AppleAuthorizationRequest`            | accepts the sheet: `AppleAuthorization`    |
 * | `POST apple/tokens`              | `AppleAuthorizationRequest`            | the same, exchanged: `AppleTokens`         |
 * | `GET apple/grants`               |                                        | `AppleGrantReadout[]`                      |
 * | `GET apple/revocations`          |                                        | `AppleRevocationRecord[]`                  |
 */
import type { Context } from 'hono';
import type { RouteMaker } from '../routeMaker';
import type { IdentityPlatformControl, UserPlace } from './api';
import * as input from './controlInput';

export function mountIdentityPlatformControl({ on, read }: RouteMaker, control: IdentityPlatformControl): void {
  const at = (path: string) => `identityPlatform/${path}`;
  const parameter = (context: Context, name: string): string => context.req.param(name) ?? '';

  on('POST', at('seed'), async (context) => control.seed(await read(context, input.seed)));
  on('POST', at('seed-sample'), () => control.seedSample());
  on('GET', at('users'), (context) => control.users(place(context)));
  on('PATCH', at('users/:uid'), async (context) =>
    control.setUser(parameter(context, 'uid'), await read(context, input.userPatch), place(context)),
  );
  on('DELETE', at('users/:uid'), (context) => control.deleteUser(parameter(context, 'uid'), place(context)));
  on('PATCH', at('projects/:id'), async (context) =>
    control.setProject(parameter(context, 'id'), await read(context, input.projectPatch)),
  );
  on('POST', at('sign-ins'), async (context) => control.signIn(await read(context, input.signIn)));
  on('POST', at('custom-tokens'), async (context) => ({
    token: await control.customToken(await read(context, input.customToken)),
  }));
  on('GET', at('revocations'), () => control.revocations());
  on('GET', at('switches'), () => control.switches());
  on('PATCH', at('switches'), async (context) => control.setSwitches(await read(context, input.switches)));
  on('POST', at('faults'), async (context) => {
    const { name, ...options } = await read(context, input.namedFault);
    return { id: control.fault(name, options) };
  });
  on('POST', at('apple/authorizations'), async (context) =>
    control.apple.authorize(await read(context, input.authorization)),
  );
  on('POST', at('apple/tokens'), async (context) => control.apple.tokens(await read(context, input.authorization)));
  on('GET', at('apple/grants'), () => control.apple.grants());
  on('GET', at('apple/revocations'), () => control.apple.revocations());
}

function place(context: Context): UserPlace {
  const { project, tenantId } = context.req.query();
  return { ...(project ? { project } : {}), ...(tenantId ? { tenantId } : {}) };
}
