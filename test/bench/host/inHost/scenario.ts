/** What all scenarios begin and end with: VS Code calls the `run` of their module. */
import { readFileSync, writeFileSync } from 'node:fs';
import { inspect } from 'node:util';

export type ScenarioEnd<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: string };

/** `file`: that of the module; its plan lies beside it. */
export function scenario<Plan, T>(file: string, work: (plan: Plan) => Promise<T>): () => Promise<void> {
  return async () => {
    const plan = JSON.parse(readFileSync(`${file}on`, 'utf8')) as Plan & { readonly results: string };
    const end = await work(plan).then(
      (value): ScenarioEnd<T> => ({ kind: 'done', value }),
      (error: unknown): ScenarioEnd<T> => ({
        kind: 'failed',
        error: inspect(error),
      }),
    );
    writeFileSync(plan.results, JSON.stringify(end));
  };
}
