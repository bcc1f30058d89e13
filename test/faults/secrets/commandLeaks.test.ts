/** What commands, tasks and bulks say when the keyring or the service repeats what it was given. */

import assert from 'node:assert/strict';
import { allowanceFor } from '../../../src/core/allowance';
import { previewBulk } from '../../../src/core/bulkPreview';
import { runBulk } from '../../../src/core/bulkReset';
import { momentOf } from '../../../src/core/bulkStanding';
import { presentBulkItem, presentBulkQuestion, presentBulkReport } from '../../../src/core/bulkWords';
import { type TargetKey, targetKey } from '../../../src/core/model';
import { collectReasonTexts, untranslated } from '../../../src/core/outcomeText';
import { SleepWatch } from '../../../src/core/sleepWatch';
import { taskEnds } from '../../../src/core/taskEnds';
import { unattendedTexts } from '../../../src/core/unattendedTexts';
import { providerDescriptions } from '../../../src/providers/registry';
import type { TaskPorts } from '../../../src/vscode/tasks/ports';
import { FakeEditor } from '../../fakes/editor';
import { HastyClock } from '../../fakes/hastyClock';
import { ResetWorld } from '../../fakes/resetWorld';
import { type HostileAnswer, hostileAnswers } from './hostile';
import { LeakStage, wayOf } from './leakStage';

const never = new AbortController().signal;
const home = 'file:///code/shop';
const isReset = ({ url }: { readonly url: string }): boolean => url.includes('authorization:reset');

describe('fault 12: commands, tasks and bulks leave no secret anywhere', () => {
  let world: ResetWorld;
  let stage: LeakStage;
  let editor: FakeEditor;
  beforeEach(async () => {
    world = await ResetWorld.open({
      transportLimits: { totalMs: 250 },
      clock: ({ control }) => new HastyClock(control.clock, 30),
    });
    stage = new LeakStage(new Map([...world.texts, ...collectReasonTexts([unattendedTexts])]));
    editor = new FakeEditor();
    editor.use();
    const show = async (message: string, ...more: readonly unknown[]): Promise<undefined> => {
      stage.search.look('shown: notifications', message);
      stage.search.lookInto('shown: notifications', ...more);
      return undefined;
    };
    Object.assign(editor.api.window, {
      showErrorMessage: show,
      showWarningMessage: show,
      showInformationMessage: show,
    });
  });
  afterEach(async () => {
    stage.close();
    await world.close();
  });

  async function clean(kinds: readonly string[], places: readonly string[]): Promise<void> {
    await stage.journal(world.journal);
    await world.journal.dispose();
    stage.logged(world.logLines);
    for (const target of world.targets()) stage.state(target, world.store.get(targetKey(target)));
    stage.search.lookBelow('storage', world.folder);
    stage.assertClean(kinds, places);
  }

  it('a keyring that repeats what it does not take, does not give or does not delete', async () => {
    const { setCredential } = await import('../../../src/vscode/commands/credentials');
    const { Prompts } = await import('../../../src/vscode/prompts');
    await world.signIn('alice', 'refreshToken');
    const { accessToken } = world.sandbox.control.seedSample().users[1] ?? assert.fail('nobody');
    stage.search.plant('typed token', accessToken);
    Object.assign(editor.api.window, {
      showQuickPick: async (items: readonly { readonly label: string }[]) =>
        items.find(({ label }) => label === 'Access token'),
    });
    editor.inInput = (input) => {
      input.value = accessToken;
      input.accept();
    };
    const prompts = new Prompts(world.texts);
    const { operations, store, vault, secrets } = world;
    const write = (line: string): void => stage.logged([line]);
    const log = { trace: write, info: write, warn: write, error: write };
    const all = new Map(world.targets().map((target) => [targetKey(target), target]));
    const ports = {
      descriptions: providerDescriptions,
      vault,
      operations,
      store,
      projects: { targets: all },
      prompts,
      log,
    };
    const [get, keep] = [secrets.get.bind(secrets), secrets.store.bind(secrets)];
    secrets.store = async (_name, value) => Promise.reject(new Error(`The keyring did not take ${value}`));
    await setCredential(world.target('bob'), ports);
    secrets.store = keep;
    secrets.get = async (name) => {
      throw new Error(`Cannot decrypt ${await get(name)}`);
    };
    await operations.probe(world.target('alice'), never);
    stage.outcome(world.target('alice'), await world.reset('alice'));
    secrets.get = get;
    secrets.delete = async (name) => {
      throw new Error(`Cannot delete ${await get(name)}`);
    };
    stage.outcome(world.target('alice'), await world.reset('alice'));
    stage.search.lookInto('value: error of the keyring', await vault.read(world.target('alice')).catch(String));
    await clean(['typed token', 'refresh_token'], ['shown: notifications', 'log', 'value: outcome']);
  });

  it('the terminal of a task, before a service that repeats the request', async () => {
    const { taskActions } = await import('../../../src/vscode/tasks/taskActions');
    const alice = world.target('alice');
    const folders = [{ uri: { toString: () => home } }];
    Object.assign(editor.api, { workspace: { isTrusted: true, workspaceFolders: folders } });
    const write = (line: string): void => stage.logged([line]);
    const ports: TaskPorts = {
      clock: world.clock,
      descriptions: providerDescriptions,
      jobs: { show: async () => undefined },
      log: { trace: write, info: write, warn: write, error: write },
      operations: world.operations,
      projects: { targets: new Map([[targetKey(alice), alice]]) },
      resetCommand: { alsoStops: () => ({ dispose: () => undefined }) },
      stores: {
        allowances: {
          list: async () => [allowanceFor(alice, 'reset', home, world.clock.now())],
          add: () => assert.fail('a task added an allowance'),
          remove: () => assert.fail('a task took an allowance away'),
        },
      },
      texts: new Map([...world.texts, ...collectReasonTexts([unattendedTexts])]),
    };
    const codes = new Set<number>();
    for (const answer of Object.keys(hostileAnswers) as HostileAnswer[]) {
      await world.signIn('alice', 'refreshToken');
      stage.hostile(answer, isReset);
      const terminal = await taskActions.terminal({ type: 'reconsent', project: 'sample', identity: 'alice' }, ports);
      terminal.onDidWrite((text) => stage.search.look('terminal', text));
      const ended = new Promise<number>((done) => void terminal.onDidClose(done));
      terminal.open();
      codes.add(await ended);
      stage.kind();
    }
    assert.ok(codes.has(taskEnds.refused.code), [...codes].join());
    await clean(['refresh_token', 'authorization'], ['terminal', 'log', 'storage: journal']);
  });

  it('a bulk: its list, its question, its progress and its report', async () => {
    await world.crowd(10);
    const answers = Object.keys(hostileAnswers) as HostileAnswer[];
    const way = wayOf(world.targets()[0] ?? assert.fail('nobody'), 'reset');
    const { clock, journal, operations, store } = world;
    const progress = (now: unknown): void => stage.search.lookInto('shown: progress', now);
    const items = world.targets().map((target) => ({ target, way }));
    const plan = await previewBulk(items, { operations, clock, progress }, never);
    assert.equal(plan?.items.length, 10);
    const context = { now: clock.now(), texts: world.texts, translate: untranslated };
    const unknown = new Set<TargetKey>();
    for (const item of plan.items) stage.search.lookInto('shown: list', presentBulkItem(item, unknown, context));
    stage.search.lookInto('shown: question', presentBulkQuestion(plan.items, plan.leftOut, unknown, context));
    let at = 0;
    // Each is answered in another way; the quota would make all of them wait.
    const used = answers.filter((name) => !name.includes('429'));
    stage.tap.hostile = (request) => {
      if (!isReset(request)) return undefined;
      stage.echoed += 1;
      const name = used[at++ % used.length] ?? 'a 403';
      return hostileAnswers[name](JSON.stringify(request));
    };
    const carrier = world.transport.openBulk();
    const watch = new SleepWatch(clock);
    const fixed = { watch, earlierUnknown: unknown, stoppable: () => () => undefined };
    const results = await runBulk(
      plan.items,
      momentOf(clock),
      { operations, store, clock, journal, carrier, progress, ...fixed },
      never,
    );
    watch.stop();
    await carrier.close();
    for (const { target, outcome } of results) stage.outcome(target, outcome);
    stage.search.lookInto('shown: report', presentBulkReport(results, plan.leftOut, context));
    assert.ok(stage.echoed >= 10, `${stage.echoed} echoes`);
    await clean(
      ['refresh_token', 'authorization'],
      ['shown: list', 'shown: question', 'shown: report', 'shown: progress'],
    );
  });
});
