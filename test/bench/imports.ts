/** What is loaded at activation that nothing needs by then. */
import { type Bundle, bundles, withNeeds } from '../../scripts/host/bundles';
import type { Row } from './row';

/** The only package that activation needs: settings are parsed with it. */
const atActivation = ['valibot'];
const network = ['http', 'https', 'http2', 'net', 'tls', 'dns', 'dgram', 'child_process'];
/** Folders of the product that are for when something is asked, read or sent. */
const later = /^src\/(auth|http|sandbox|storage)\//;

export function activationImports(all: readonly Bundle[] = bundles()): readonly Row[] {
  const entry = all.find(({ name }) => name === 'extension');
  if (!entry) throw new Error('There is no bundle of activation.');
  const loaded = withNeeds(all, entry);
  const inputs = loaded.flatMap((one) => one.inputs);
  const packages = inputs.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);
  const modules = loaded.flatMap((one) => one.imports.map((name) => name.replace(/^node:/, '')));
  return [
    none(
      'packages loaded at activation, besides the parser of settings',
      packages.filter((name) => !atActivation.includes(name)),
    ),
    none(
      'network modules of Node.js loaded at activation',
      modules.filter((name) => network.includes(name)),
    ),
    none(
      'own modules of network, sign-in, disk and sandbox loaded at activation',
      inputs.filter((file) => later.test(file)),
    ),
  ];
}

function none(what: string, found: readonly string[]): Row {
  const names = [...new Set(found)].sort();
  return { what, goal: 0, ours: names.length, unit: '', kind: 'exact', found: names };
}
