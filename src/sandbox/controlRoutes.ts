/** The control plane over HTTP: the functions of `SandboxControl`, one route each, JSON in and out. */
import type { Context, Hono } from 'hono';
import * as v from 'valibot';
import type { SandboxControl } from './api';
import * as input from './controlInput';
import { mountIdentityPlatformControl } from './identityPlatform/controlRoutes';
import { SandboxInputError } from './inputError';
import { mountVenafiControl } from './venafi/controlRoutes';

const json = (value: unknown, status = 200) =>
  new Response(`${JSON.stringify(value ?? {})}\n`, {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
  });

export function mountControl(app: Hono, control: SandboxControl): void {
  const on = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, run: (context: Context) => unknown) =>
    app.on(method, `/__sandbox/${path}`, async (context) => {
      try {
        return json(await run(context));
      } catch (error) {
        if (error instanceof SandboxInputError || error instanceof RangeError)
          return json({ error: error.message }, 400);
        throw error;
      }
    });

  on('POST', 'reset', () => control.reset());
  on('POST', 'seed', async (context) => control.seed(await read(context, input.seed)));
  on('POST', 'seed-sample', () => control.seedSample());
  on('GET', 'snapshot', () => control.snapshot());
  on('POST', 'restore', async (context) => control.restore(await read(context, input.snapshot)));
  on('GET', 'clock', () => time(control));
  on('POST', 'clock/advance', async (context) => {
    control.clock.advance((await read(context, input.advance)).ms);
    return time(control);
  });
  on('POST', 'clock/set', async (context) => {
    control.clock.setTo((await read(context, input.setTime)).time);
    return time(control);
  });
  on('GET', 'faults', () => control.faults.list());
  on('POST', 'faults', async (context) => ({ id: control.faults.add(await read(context, input.fault)) }));
  on('DELETE', 'faults', () => control.faults.clear());
  on('DELETE', 'faults/:id', (context) => ({ removed: control.faults.remove(context.req.param('id') ?? '') }));
  on('GET', 'requests', (context) => ({
    count: control.requests.count(),
    connections: control.requests.connections(),
    requests: control.requests.list(filter(context)),
  }));
  on('DELETE', 'requests', () => control.requests.clear());

  on('GET', 'google/consents', (context) => {
    const { user, project } = context.req.query();
    if (!user || !project) throw new SandboxInputError('Say whose consent: ?user=…&project=…');
    return control.google.consents(user, project);
  });
  on('GET', 'google/resets', () => control.google.resets());
  on('GET', 'google/switches', () => control.google.switches());
  on('PATCH', 'google/switches', async (context) => control.google.setSwitches(await read(context, input.switches)));
  on('PATCH', 'google/projects/:number', async (context) =>
    control.google.setProject(context.req.param('number') ?? '', await read(context, input.projectPatch)),
  );
  on('PATCH', 'google/users/:email', async (context) =>
    control.google.setUser(context.req.param('email') ?? '', await read(context, input.userPatch)),
  );
  on('PATCH', 'google/jobs/:id', async (context) =>
    control.google.setJobState(context.req.param('id') ?? '', (await read(context, input.jobPatch)).state),
  );
  on('POST', 'google/faults', async (context) => {
    const { name, ...options } = await read(context, input.namedFault);
    return { id: control.google.fault(name, options) };
  });
  mountIdentityPlatformControl({ on, read }, control.identityPlatform);
  mountVenafiControl({ on, read }, control.venafi);
  app.all('/__sandbox/*', () => json({ error: 'No such control.' }, 404));
}

function time(control: SandboxControl): { now: number; iso: string } {
  const now = control.clock.now();
  return { now, iso: new Date(now).toISOString() };
}

function filter(context: Context): { method?: string; path?: string } {
  const { method, path } = context.req.query();
  return { ...(method ? { method } : {}), ...(path ? { path } : {}) };
}

async function read<Schema extends v.GenericSchema>(context: Context, schema: Schema): Promise<v.InferOutput<Schema>> {
  const text = await context.req.text();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text || '{}');
  } catch {
    throw new SandboxInputError('The body is not JSON.');
  }
  const result = v.safeParse(schema, parsed);
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => `${v.getDotPath(issue) ?? 'body'}: ${issue.message}`);
  throw new SandboxInputError(problems.join('\n'));
}
