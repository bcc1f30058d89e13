import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openWorkbench, type Workbench, withEvidence } from '../test/ui/driver';
import { buildExtension, packageExtension } from './host/build';
import { companionFolder } from './host/companion';
import { runProgram, ToolingError } from './host/failure';
import { repoRoot } from './host/paths';

const usage = `Resets the consent of a test user in a real VS Code, against the sandbox, without hands.

  --vscode min|newest    the oldest or the newest supported VS Code (newest)
  --vsix                 from the packaged and installed extension instead of the sources
  --extension <folder>   another extension with the same surface`;

/** What `Try the Sandbox` sets up; see `seedSampleWorld` in the sandbox. */
const identity = 'alice.test@example.com';
const sampleProject = '123456789012';
const action = 'Reset Consent';

/** Exit code 0 only when the service says `granted` before and `none` after, and the editor says `verified`. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      vscode: { type: 'string', default: 'newest' },
      vsix: { type: 'boolean', default: false },
      extension: { type: 'string', default: repoRoot },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const version = values.vscode;
  if (version !== 'min' && version !== 'newest') throw new ToolingError(`--vscode ${version}: choose min or newest`);
  const extension = resolve(values.extension);
  if (!values.vsix && extension === repoRoot) buildExtension();
  const workbench = await openWorkbench({
    version,
    ...(values.vsix
      ? { vsix: packageExtension(), linked: [companionFolder] }
      : { linked: [extension, companionFolder] }),
  });
  try {
    return await withEvidence(workbench, 'demo', () => demonstrate(workbench, version));
  } finally {
    await workbench.close();
  }
}

async function demonstrate(workbench: Workbench, version: string): Promise<number> {
  const { window } = workbench;
  const tree = await window.openReconsent();
  await tree.waitForRow(identity, () => true, 60_000);
  await window.widenSideBar(460);
  const origin = await window.waitUntil('the sandbox in the settings', async () => sandboxOrigin(workbench));

  const before = await consentState(origin);
  console.log(`before: ${before}`);
  await tree.inlineAction(identity, action);
  const question = await window.modal.read();
  if (!`${question.message}\n${question.detail}`.includes(identity)) {
    throw new ToolingError(`The confirmation does not name ${identity}: ${question.message}`);
  }
  await window.modal.press(action);
  const row = await tree.waitForRow(identity, ({ description }) => description.startsWith('needs consent'), 60_000);
  const after = await consentState(origin);
  console.log(`after: ${after}`);
  const said = saysVerified(row.ariaLabel) ? row.ariaLabel : await tree.tooltip(identity);
  const outcome = saysVerified(said) ? 'verified' : `not verified: "${said}"`;
  console.log(`outcome: ${outcome}`);
  await window.parkPointer();
  console.log(`screenshot: ${await window.screenshot(`demo-${version}`)}`);
  return before === 'granted' && after === 'none' && outcome === 'verified' ? 0 : 1;
}

/** Whether a text of the tree claims that the reset was checked; "not verified" and "could not be verified" do not. */
function saysVerified(text: string): boolean {
  return /\bverified\b/.test(text) && !/\b(not|never)( be| yet)? verified\b/.test(text);
}

/** The sandbox's origin, from the project that the extension has written into the user settings. */
function sandboxOrigin(workbench: Workbench): string | undefined {
  const file = join(workbench.server.dataFolder, 'user', 'User', 'settings.json');
  const settings = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const projects = JSON.stringify(settings['reconsent.projects'] ?? []);
  return /http:\/\/(127\.0\.0\.1|localhost):\d+/.exec(projects)?.[0];
}

/** What the service itself remembers: an independent look, past the extension. */
async function consentState(origin: string): Promise<string> {
  const address = new URL('/__sandbox/google/consents', origin);
  address.searchParams.set('user', identity);
  address.searchParams.set('project', sampleProject);
  const answer = await fetch(address);
  if (!answer.ok) throw new ToolingError(`The sandbox answered ${answer.status}: ${await answer.text()}`);
  const { state } = (await answer.json()) as { state: unknown };
  return String(state);
}

runProgram(main);
