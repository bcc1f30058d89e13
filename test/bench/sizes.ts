/** Bytes: what is loaded when, and what is installed. */
import { statSync } from 'node:fs';
import { type Bundle, bundles, withNeeds } from '../../scripts/host/bundles';
import type { Row } from './row';

/** `vsix`: the package, freshly made. */
export function sizes(vsix: string | undefined): readonly Row[] {
  const all = bundles();
  const loaded = (...names: readonly string[]): ReadonlySet<Bundle> =>
    new Set(all.filter(({ name }) => names.includes(name)).flatMap((one) => withNeeds(all, one)));
  const activation = loaded('extension');
  const engine = loaded('engine');
  const kB = (parts: ReadonlySet<Bundle>, without: ReadonlySet<Bundle> = new Set()): number =>
    [...parts].reduce((sum, one) => sum + (without.has(one) ? 0 : one.bytes), 0) / 1000;
  const row = (what: string, goal: number, ours: number): Row => ({ what, goal, ours, unit: 'kB', kind: 'exact' });
  return [
    row('loaded at activation, minified', 60, kB(activation)),
    { ...row('loaded right after it, with a project', 0, kB(engine, activation)), kind: 'told' },
    row('network, loaded on first use', 350, kB(loaded('transport'), engine)),
    row('… with google-auth-library', 550, kB(loaded('transport', 'googleOAuth'), engine)),
    ...(vsix === undefined ? [] : [row('.vsix', 600, statSync(vsix).size / 1000)]),
  ];
}
