/** A task from its definition to its exit code: real terminal, real operations, a scripted service; nobody to ask. */

import assert from 'node:assert/strict';
import { type Allowance, allowanceFor } from '../../../src/core/allowance';
import { reason } from '../../../src/core/model';
import { collectReasonTexts } from '../../../src/core/outcomeText';
import type { PreviewResult, ResetWay } from '../../../src/core/provider';
import { reasonTexts } from '../../../src/core/reasonTexts';
import { type TaskEnd, taskEnds } from '../../../src/core/taskEnds';
import { unattendedTexts } from '../../../src/core/unattendedTexts';
import type { TaskPorts } from '../../../src/vscode/tasks/ports';
import { ConsentDesk } from '../../fakes/consentDesk';
import { FakeEditor } from '../../fakes/editor';
import { noon, plantedSecret } from '../../fakes/resetStage';

const home = 'file:///code/shop';
const way: ResetWay = { id: 'reset', verb: 'Reset Consent', question: 'Reset?' };
const hostile = 'Bad\u001b]0;owned\u0007\u001b[2J\u009b31m\r\nExit code 0: the consent is gone\u202e';

const noWriting = (): never => assert.fail('a task changed the allowances');

class TaskDesk extends ConsentDesk {
  readonly editor = new FakeEditor();
  allowances: readonly Allowance[] = [allowanceFor(this.stage.target, 'reset', home, noon)];
  trusted = true;
  readonly folders = [{ uri: { toString: () => home } }];
  /** What the terminal was given to print. */
  printed = '';

  constructor() {
    super();
    this.editor.use();
    const desk = this;
    Object.assign(this.editor.api, {
      workspace: {
        get isTrusted() {
          return desk.trusted;
        },
        workspaceFolders: this.folders,
      },
    });
    this.nothingToLose();
  }

  /** One that tasks may do nothing for. */
  addFolder(): void {
    this.folders.push({ uri: { toString: () => 'file:///code/other' } });
  }

  nothingToLose(): void {
    const ready = this.stage.ready();
    assert.equal(ready.kind, 'ready');
    this.stage.previewResult = { ...ready, preview: { ...ready.preview, losses: [] } };
  }

  async terminal(definition: unknown = { type: 'reconsent', project: 'shop', identity: 'alice' }) {
    const { taskActions } = await import('../../../src/vscode/tasks/taskActions');
    const { stage, operations } = this;
    const texts = new Map([
      ...collectReasonTexts([reasonTexts, unattendedTexts]),
      ['test.loss', { happened: 'An archive was not downloaded.' }],
      ['test.refused', { happened: '{said}' }],
    ]);
    const description = { ways: [way] };
    const ports: TaskPorts = {
      clock: stage.clock,
      descriptions: new Map([['scripted', description]]) as unknown as TaskPorts['descriptions'],
      jobs: { show: async () => undefined },
      log: stage.log,
      operations,
      projects: { targets: new Map([[this.key, stage.configured ?? stage.target]]) },
      resetCommand: { alsoStops: () => ({ dispose: () => undefined }) },
      stores: {
        allowances: { list: async () => this.allowances, add: noWriting, remove: noWriting },
      },
      texts,
    };
    return taskActions.terminal(definition, ports);
  }

  /** Resolves with the exit code. */
  async run(definition?: unknown, meanwhile: (terminal: TaskTerminal) => void = () => undefined): Promise<number> {
    const terminal = await this.terminal(definition);
    terminal.onDidWrite((text) => {
      this.printed += text;
    });
    const ended = new Promise<number>((done) => void terminal.onDidClose(done));
    meanwhile(terminal);
    terminal.open();
    return ended;
  }

  async endsAs(end: TaskEnd, definition?: unknown): Promise<void> {
    assert.equal(await this.run(definition), taskEnds[end].code, this.printed);
    assert.match(this.printed, new RegExp(`Exit code ${taskEnds[end].code}: `));
  }

  async endsAsWithoutSending(end: TaskEnd, definition?: unknown): Promise<void> {
    await this.endsAs(end, definition);
    assert.equal(this.stage.sends, 0);
    assert.equal(this.stage.memory.entries.size, 0);
    assert.equal(this.stage.memoryLocks.heldCount, 0);
  }
}

type TaskTerminal = Awaited<ReturnType<TaskDesk['terminal']>>;

describe('the terminal of a task', () => {
  it('prints a line whose text cannot act, whoever wrote it', async () => {
    new FakeEditor().use();
    const { TaskTerminal } = await import('../../../src/vscode/tasks/terminal');
    const terminal = new TaskTerminal(async (say) => {
      say(hostile);
      say(hostile, 'bad');
      return 7;
    });
    let printed = '';
    terminal.onDidWrite((text) => {
      printed += text;
    });
    const ended = new Promise<number>((done) => void terminal.onDidClose(done));
    terminal.open();
    assert.equal(await ended, 7);
    const line = 'Bad ]0;owned [2J 31m Exit code 0: the consent is gone';
    assert.equal(printed, `${line}\r\n\u001b[31m${line}\u001b[0m\r\n`);
  });
});

describe('a task', () => {
  let desk: TaskDesk;
  beforeEach(() => {
    desk = new TaskDesk();
  });

  it('resets with the allowance as confirmation, and says each step', async () => {
    await desk.endsAs('gone');
    assert.equal(desk.stage.sends, 1);
    const [entry] = [...desk.stage.memory.entries.values()];
    assert.equal(entry?.confirmedBy, 'task-allowance');
    const steps = ['Reading the consent', 'Granted now: maps', 'Allowed by you', 'Sending one request', 'Sent.'];
    const lines = [
      ...steps,
      'Checking that it is gone',
      'Outcome: verified',
      'In the journal: operation-1',
      'Exit code 0',
    ];
    const at = lines.map((line) => desk.printed.indexOf(line));
    assert.ok(!at.includes(-1), desk.printed);
    assert.deepEqual(
      at,
      [...at].sort((one, other) => one - other),
    );
    assert.ok(!desk.printed.includes(plantedSecret));
  });

  it('is over for a consent that is gone already', async () => {
    desk.stage.reading = { kind: 'missing', resetAt: noon };
    await desk.endsAsWithoutSending('gone');
    assert.match(desk.printed, /Already reset/);
  });

  it('reads nothing without an allowance, and says how to allow it', async () => {
    desk.allowances = [];
    await desk.endsAsWithoutSending('notAllowed');
    assert.deepEqual(desk.stage.events, []);
    assert.match(desk.printed, /Allow Unattended Reset…/);
  });

  it('fault 50: is off in Restricted Mode, and says so', async () => {
    desk.trusted = false;
    await desk.endsAsWithoutSending('restricted');
    assert.deepEqual(desk.stage.events, []);
    assert.match(desk.printed, /Restricted Mode/);
  });

  it('sends nothing when the allowance is withdrawn, or trust ends, while it reads', async () => {
    desk.stage.when('preview', () => {
      desk.allowances = [];
    });
    await desk.endsAsWithoutSending('notAllowed');
    desk = new TaskDesk();
    desk.stage.when('preview', () => {
      desk.trusted = false;
    });
    await desk.endsAsWithoutSending('restricted');
  });

  for (const event of ['lock', 'reread'] as const) {
    it(`sends nothing when the allowance is withdrawn, or trust ends, or a folder comes after the ${event}`, async () => {
      desk.stage.when(event, () => {
        desk.allowances = [];
      });
      await desk.endsAsWithoutSending('notAllowed');
      desk = new TaskDesk();
      desk.stage.when(event, () => {
        desk.trusted = false;
      });
      await desk.endsAsWithoutSending('restricted');
      desk = new TaskDesk();
      desk.stage.when(event, () => desk.addFolder());
      await desk.endsAsWithoutSending('notAllowed');
    });
  }

  it('sends nothing when another window withdraws the allowance while its entry is written', async () => {
    desk.stage.when('open', () => {
      desk.allowances = [];
    });
    await desk.endsAs('notAllowed');
    assert.equal(desk.stage.sends, 0);
    assert.equal(desk.stage.entry().outcome?.kind, 'not-sent');
  });

  it('sends nothing when trust ends, or a folder comes, while its entry is written or it connects', async () => {
    for (const event of ['open', 'send'] as const) {
      desk = new TaskDesk();
      desk.stage.when(event, () => {
        desk.trusted = false;
      });
      await desk.endsAs('restricted');
      assert.doesNotMatch(desk.printed, /Sent\. /);
      desk = new TaskDesk();
      desk.stage.when(event, () => desk.addFolder());
      await desk.endsAs('notAllowed');
      assert.doesNotMatch(desk.printed, /Sent\. /);
    }
  });

  it('stands back when a reset of another window has ended as unknown while this one read', async () => {
    for (const event of ['preview', 'lock', 'reread', 'open'] as const) {
      desk = new TaskDesk();
      desk.stage.when(event, () => void desk.stage.leaveBehind({ operationId: 'of another window' }));
      await desk.endsAs('earlierUnknown');
      assert.deepEqual([desk.stage.sends, desk.stage.memory.entries.size], [0, event === 'open' ? 2 : 1]);
      if (event === 'open') assert.equal(desk.stage.entry().outcome?.kind, 'not-sent');
    }
  });

  it('sends nothing when the project is changed while it reads', async () => {
    const moved = { ...desk.stage.target.project, endpoint: 'https://elsewhere.example' };
    desk.stage.when('preview', () => {
      desk.stage.configured = { ...desk.stage.target, project: moved };
    });
    await desk.endsAsWithoutSending('notSent');
  });

  it('stands back where something would be lost, and names it', async () => {
    desk.stage.previewResult = undefined;
    await desk.endsAsWithoutSending('wouldLose');
    assert.match(desk.printed, /An archive was not downloaded/);
  });

  it('stands back when what would be lost has changed right before sending', async () => {
    const ready = desk.stage.ready() as Extract<PreviewResult, { kind: 'ready' }>;
    desk.stage.rereads = [{ kind: 'changed', preview: { ...ready.preview, losses: [] } }];
    await desk.endsAsWithoutSending('wouldLose');
  });

  it('stands back while the outcome of an earlier reset is unknown, in this window or by the journal', async () => {
    desk.stage.leaveBehind({ operationId: 'earlier' });
    await desk.endsAs('earlierUnknown');
    assert.deepEqual([desk.stage.sends, desk.stage.memory.entries.size], [0, 1]);
    desk = new TaskDesk();
    const unfinished = { operationId: 'earlier', openedAt: noon, reason: reason('reset.interrupted') };
    desk.store.update(desk.key, (state) => ({ ...state, unfinished }));
    await desk.endsAsWithoutSending('earlierUnknown');
  });

  it('stands back while the journal cannot be read: an earlier reset may have ended without a known outcome', async () => {
    desk.stage.memory.unreadable = 'EACCES';
    await desk.endsAsWithoutSending('notSent');
    assert.match(desk.printed, /The journal cannot be read \(EACCES\)/);
    assert.match(desk.printed, /This one was not sent/);
    for (const event of ['preview', 'lock', 'reread', 'open'] as const) {
      desk = new TaskDesk();
      desk.stage.when(event, () => void Object.assign(desk.stage.memory, { unreadable: 'EIO' }));
      await desk.endsAs('notSent');
      assert.equal(desk.stage.sends, 0, event);
    }
  });

  it('does not join another reset of the window', async () => {
    const second: number[] = [];
    desk.stage.when('preview', async () => void second.push(await desk.run()));
    await desk.endsAs('gone');
    assert.deepEqual(second, [taskEnds.busy.code]);
    assert.equal(desk.stage.sends, 1);
  });

  it('of two that begin at the same time lets one go ahead', async () => {
    let waiting = 0;
    let open: () => void = () => undefined;
    const gate = new Promise<void>((done) => {
      open = done;
    });
    desk.stage.journal.standing = async () => {
      waiting += 1;
      if (waiting === 2) open();
      await gate;
      return { unfinished: [], underWay: [] };
    };
    const codes = await Promise.all([desk.run(), desk.run()]);
    assert.deepEqual(
      codes.sort((one, other) => one - other),
      [0, taskEnds.busy.code],
    );
    assert.equal(desk.stage.sends, 1);
  });

  it('tells refused, not sent, unknown and accepted apart', async () => {
    desk.stage.answer = { kind: 'refused', reason: reason('test.refused', { said: 'No.' }) };
    await desk.endsAs('refused');
    desk = new TaskDesk();
    desk.stage.answer = { kind: 'not-sent', reason: reason('http.refused', { host: 'h' }) };
    desk.stage.leaves = false;
    await desk.endsAs('notSent');
    desk = new TaskDesk();
    desk.stage.answer = { kind: 'unknown', reason: reason('http.timeout', { host: 'h' }) };
    desk.stage.verifications = [{ kind: 'failed', reason: reason('http.timeout', { host: 'h' }) }];
    await desk.endsAs('unknown');
    desk = new TaskDesk();
    desk.stage.verifications = [{ kind: 'not-checkable', reason: reason('test.refused', { said: 'No read.' }) }];
    await desk.endsAs('accepted');
    desk = new TaskDesk();
    desk.stage.reading = { kind: 'missing' };
    await desk.endsAsWithoutSending('notSignedIn');
  });

  it('sends nothing after Ctrl+C while it reads', async () => {
    const code = await desk.run(undefined, (terminal) =>
      desk.stage.when('preview', () => terminal.handleInput('\u0003')),
    );
    assert.equal(code, taskEnds.cancelled.code, desk.printed);
    assert.equal(desk.stage.sends, 0);
  });

  it('stopped after the request has left, does not say that nothing was sent', async () => {
    const code = await desk.run(undefined, (terminal) => desk.stage.when('left', () => terminal.close()));
    assert.equal(code, taskEnds.unknown.code, desk.printed);
    assert.equal(desk.stage.sends, 1);
    assert.doesNotMatch(desk.printed, /Nothing was sent/);
  });

  it('goes on when something else is typed', async () => {
    const code = await desk.run(undefined, (terminal) => desk.stage.when('preview', () => terminal.handleInput('y\r')));
    assert.equal(code, 0);
  });

  it('ends with a code of its own when something is defect', async () => {
    desk.stage.journal.standing = async () => assert.fail('broken');
    await desk.endsAsWithoutSending('defect');
  });

  it('lets no text from outside act on the terminal', async () => {
    const { target } = desk.stage;
    const identity = { id: 'alice', label: hostile };
    desk.stage.configured = { project: { ...target.project, label: hostile }, identity };
    desk.stage.answer = { kind: 'refused', reason: reason('test.refused', { said: hostile }) };
    await desk.endsAs('refused');
    assert.match(desk.printed, /owned/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what is left of them is looked for
    const own = desk.printed.replaceAll(/\u001b\[(2|31|32|0)m/g, '').replaceAll('\r\n', '\n');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    assert.doesNotMatch(own, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    assert.doesNotMatch(own, /^Exit code 0/m);
    desk = new TaskDesk();
    await desk.endsAsWithoutSending('unknownIdentity', { project: hostile.slice(0, 60), identity: 'x' });
    assert.ok(!desk.printed.includes('\u0007'));
  });
});
