import type { Context } from 'hono';
import type * as v from 'valibot';

/** How a part of the sandbox adds its routes to the control plane: below `/__sandbox/`, JSON in and out. */
export interface RouteMaker {
  on(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, run: (context: Context) => unknown): void;
  /** The body, checked. Throws SandboxInputError. */
  read<Schema extends v.GenericSchema>(context: Context, schema: Schema): Promise<v.InferOutput<Schema>>;
}
