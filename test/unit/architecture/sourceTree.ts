/** The sources as the compiler understands them, so that rules cannot be slipped past by another spelling. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Node, SourceFile } from 'typescript/unstable/ast';
import { API, type Checker } from 'typescript/unstable/sync';

export interface SourceTree {
  readonly checker: Checker;
  /** Every file below `src/`. */
  readonly files: readonly TreeFile[];
  close(): void;
}

export interface TreeFile {
  /** Below `src/`, with forward slashes: `core/model.ts`. */
  readonly path: string;
  readonly source: SourceFile;
}

const projectRoot = resolve(__dirname, '..', '..', '..');

/** Opens the project of the `tsconfig.json` in `root`. Starts a compiler process, which `close` ends. */
export function openSourceTree(root = projectRoot): SourceTree {
  const api = new API({ cwd: root });
  try {
    const [project] = api.updateSnapshot({ openProjects: [join(root, 'tsconfig.json')] }).getProjects();
    if (!project) throw new Error(`No project in ${root}`);
    const src = `${root.replaceAll('\\', '/')}/src/`;
    const files = project.program.getSourceFileNames().flatMap((name) => {
      const source = name.startsWith(src) ? project.program.getSourceFile(name) : undefined;
      return source ? [{ path: name.slice(src.length), source }] : [];
    });
    return { checker: project.checker, files, close: () => api.close() };
  } catch (error) {
    api.close();
    throw error;
  }
}

/** A tree of its own, of the files given by their path below `src/`, to see a rule broken. */
export function openSample(files: Readonly<Record<string, string>>): SourceTree {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'reconsent-sources-')));
  const remove = (): void => rmSync(root, { recursive: true, force: true });
  try {
    const config = { extends: join(projectRoot, 'tsconfig.json'), include: ['src'], compilerOptions: { noEmit: true } };
    writeFileSync(join(root, 'tsconfig.json'), JSON.stringify(config));
    symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'), 'junction');
    for (const [path, text] of Object.entries(files)) {
      const file = join(root, 'src', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    const tree = openSourceTree(root);
    return {
      ...tree,
      close: () => {
        tree.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Every node below `node`, itself first. */
export function* nodesOf(node: Node): Generator<Node> {
  yield node;
  const children: Node[] = [];
  node.forEachChild((child) => void children.push(child));
  for (const child of children) yield* nodesOf(child);
}

/** `src/core/model.ts:12: ` and what is wrong there. */
export function finding(file: TreeFile, node: Node, what: string): string {
  const start = node.getStart(file.source);
  return `src/${file.path}:${file.source.text.slice(0, start).split('\n').length}: ${what}`;
}
