/** What a tool is called with: written by a model, so parsed like anything from outside. */
import * as v from 'valibot';
import type { Target } from '../../core/model';
import type { ResetWay } from '../../core/provider';
import type { RequestPorts } from './ports';

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(500));

/** Strict: a wish that is not understood must not be passed over. */
export const targetSchema = v.strictObject({ project: id, identity: id });
export const listSchema = v.strictObject({ project: v.optional(id) });

/** The configured target of that exact name, and the way that *Reset Consent* takes. */
export function targetNamed(
  named: v.InferOutput<typeof targetSchema>,
  { projects, descriptions }: Pick<RequestPorts, 'projects' | 'descriptions'>,
): { readonly target: Target; readonly way: ResetWay } | undefined {
  const all = [...projects.targets.values()];
  const target = all.find(({ project, identity }) => project.id === named.project && identity.id === named.identity);
  const way = target && descriptions.get(target.project.provider)?.ways[0];
  return way && { target, way };
}
