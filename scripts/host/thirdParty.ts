import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundles } from './bundles';
import { ToolingError } from './failure';
import { repoRoot } from './paths';

interface ThirdParty {
  readonly name: string;
  readonly version: string;
  /** SPDX identifier. */
  readonly license: string;
  readonly text: string;
}

/**
 * `THIRD-PARTY-NOTICES.md`: the licence of every package of which something is in a bundle, as the bundler reports it.
 *
 * @throws ToolingError when a package says nothing of its licence
 */
export function thirdPartyNotices(): string {
  const folders = new Set(
    bundles().flatMap(({ inputs }) =>
      inputs.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
    ),
  );
  const parties = [...folders]
    .map(readPackage)
    .sort((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
  const texts = new Set(parties.map(({ text }) => text));
  const sections = [...texts].map((text) => {
    const names = parties.filter((party) => party.text === text).map(titleOf);
    return `## ${names.join(', ')}\n\n\`\`\`text\n${text}\n\`\`\`\n`;
  });
  return `${introduction}\n${sections.join('\n')}`;
}

const introduction = `# Third-party notices

The bundles of Reconsent contain code of the packages below, under their own licences.
This page is written by \`npm run notices\`.
`;

function titleOf({ name, version, license }: ThirdParty): string {
  return `${name} ${version} (${license})`;
}

function readPackage(folder: string): ThirdParty {
  const path = join(repoRoot, folder);
  const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  if (typeof name !== 'string' || typeof version !== 'string' || typeof license !== 'string') {
    throw new ToolingError(`${folder}/package.json lacks name, version or license.`);
  }
  const files = readdirSync(path).sort();
  const own = files.filter((file) => /^(licen[cs]e|copying|notice)\b/i.test(file));
  const texts = own.map((file) => readFileSync(join(path, file), 'utf8'));
  const text = texts.length > 0 ? texts.join('\n') : licenseInReadme(path, files);
  if (text === undefined) throw new ToolingError(`${folder} says nothing of its licence.`);
  return { name, version, license, text: tidy(text) };
}

/** Some packages state their licence in the last section of the README alone. */
function licenseInReadme(path: string, files: readonly string[]): string | undefined {
  const file = files.find((one) => /^readme\b/i.test(one));
  const readme = file === undefined ? '' : readFileSync(join(path, file), 'utf8').replaceAll('\r\n', '\n');
  const heading = /(?:^|\n)(?:#+ *licen[cs]e *|licen[cs]e *\n-+ *)\n/i.exec(readme);
  if (!heading) return undefined;
  const [section = ''] = readme.slice(heading.index + heading[0].length).split(/\n(?:#|\[\w+\]: )/);
  return section.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function tidy(text: string): string {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  return lines
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/^\n+|\n+$/g, '');
}

/** By code unit, so that every computer sorts alike. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
