/** The Venafi control plane over HTTP: the functions of `VenafiControl`, one route each. */
import type { Context } from 'hono';
import type { RouteMaker } from '../routeMaker';
import type { GrantFilter, VenafiControl } from './api';
import * as input from './controlInput';

export function mountVenafiControl({ on, read }: RouteMaker, control: VenafiControl): void {
  const parameter = (context: Context, name: string): string => context.req.param(name) ?? '';

  on('POST', 'venafi/seed', async (context) => control.seed(await read(context, input.seed)));
  on('POST', 'venafi/seed-sample', () => control.seedSample());
  on('GET', 'venafi/identities', () => control.identities());
  on('PATCH', 'venafi/identities/:id', async (context) =>
    control.setIdentity(parameter(context, 'id'), await read(context, input.identityPatch)),
  );
  on('GET', 'venafi/applications', () => control.applications());
  on('PATCH', 'venafi/applications/:id', async (context) =>
    control.setApplication(parameter(context, 'id'), await read(context, input.applicationPatch)),
  );
  on('GET', 'venafi/grants', (context) => control.grants(filter(context)));
  on('DELETE', 'venafi/grants', (context) => ({ ended: control.endGrants(filter(context)) }));
  on('POST', 'venafi/access-tokens/expire', async (context) => ({
    expired: control.expireAccessTokens(await read(context, input.grantFilter)),
  }));
  on('GET', 'venafi/devices', () => control.devices());
  on('POST', 'venafi/devices/:code', async (context) =>
    control.decideDevice(parameter(context, 'code'), await read(context, input.deviceDecision)),
  );
  on('GET', 'venafi/revocations', () => control.revocations());
  on('GET', 'venafi/switches', () => control.switches());
  on('PATCH', 'venafi/switches', async (context) => control.setSwitches(await read(context, input.switches)));
  on('POST', 'venafi/faults', async (context) => {
    const { name, ...options } = await read(context, input.namedFault);
    return { id: control.fault(name, options) };
  });
  on('GET', 'venafi/ca', async () => ({ pem: await control.ca() }));
  on('POST', 'venafi/client-certificates', async (context) =>
    control.clientCertificate((await read(context, input.clientCertificate)).name),
  );
  on('GET', 'venafi/listeners', () => control.listeners());
  on('POST', 'venafi/listeners', async (context) => control.listen(await read(context, input.listener)));
  on('DELETE', 'venafi/listeners/:port', async (context) => ({
    closed: await control.closeListener(Number(parameter(context, 'port'))),
  }));
}

function filter(context: Context): GrantFilter {
  const { grantee, application } = context.req.query();
  return { ...(grantee ? { grantee } : {}), ...(application ? { application } : {}) };
}
