/** What the user allows tasks, and how: the question, and everything that leads to no allowance. */

import assert from 'node:assert/strict';
import type { Allowance } from '../../../src/core/allowance';
import type { AllowancePorts } from '../../../src/vscode/tasks/ports';
import { FakeEditor } from '../../fakes/editor';
import { noon, ResetStage } from '../../fakes/resetStage';

const reset = { id: 'reset', verb: 'Reset Consent', question: '?' };
const home = 'file:///code/shop';

class AllowanceDesk {
  readonly stage = new ResetStage();
  readonly shown: string[] = [];
  readonly allowances: Allowance[] = [];
  folders: readonly string[] = [home];
  trusted = true;
  /** What the person does while the question shows; the answer. */
  answer: () => boolean = () => true;
  picked: readonly string[] = [];

  constructor() {
    const editor = new FakeEditor();
    editor.use();
    const desk = this;
    const uri = (text: string) => ({ scheme: 'file', fsPath: text.slice(7), toString: () => text });
    Object.assign(editor.api, {
      workspace: {
        get isTrusted() {
          return desk.trusted;
        },
        get workspaceFolders() {
          return desk.folders.map((text) => ({ uri: uri(text) }));
        },
      },
      Uri: { parse: uri },
    });
  }

  get ports(): AllowancePorts {
    const { stage, allowances } = this;
    const confirm = async (message: string, detail: string, verb: string): Promise<boolean> => {
      this.shown.push(`${message}\n${detail}\n[${verb}]`);
      return this.answer();
    };
    const warn = async (message: string) => void this.shown.push(message);
    const pickSeveral = async (_title: string, _hint: string, items: readonly { label: string; detail: string }[]) => {
      this.shown.push(...items.map(({ label, detail }) => `${label}: ${detail}`));
      return items.filter(({ label }) => this.picked.includes(label));
    };
    const list = async () => [...allowances];
    const add = async (one: Allowance) => void allowances.push(one);
    const remove = async (one: Allowance) => void allowances.splice(allowances.indexOf(one), 1);
    return {
      clock: stage.clock,
      descriptions: new Map([['scripted', { ways: [reset], exportsArchives: true }]]),
      projects: {
        get targets() {
          const now = stage.configured;
          return new Map(now ? [['shop/alice', now]] : []);
        },
      },
      prompts: { confirm, warn, pickSeveral },
      stores: { allowances: { list, add, remove } },
    } as unknown as AllowancePorts;
  }

  async allow(): Promise<void> {
    const { allow } = await import('../../../src/vscode/tasks/allowance');
    await allow(this.stage.target, this.ports);
  }

  async withdraw(): Promise<void> {
    const { withdraw } = await import('../../../src/vscode/tasks/allowance');
    await withdraw(undefined, this.ports);
  }
}

describe('to allow an unattended reset', () => {
  let desk: AllowanceDesk;
  beforeEach(() => {
    desk = new AllowanceDesk();
  });

  it('asks with identity, project, address and folder, and keeps what was asked', async () => {
    await desk.allow();
    const [question = ''] = desk.shown;
    assert.match(question, /^Let tasks reset alice\.test@example\.com in Shop without asking\?/);
    for (const part of [
      'Reset Consent, sent to https://consent.example',
      '/code/shop',
      'not followed here',
      '[Allow]',
    ]) {
      assert.ok(question.includes(part), question);
    }
    assert.deepEqual(desk.allowances, [
      {
        folder: home,
        project: 'shop',
        identity: 'alice',
        provider: 'scripted',
        endpoint: 'https://consent.example',
        options: '{}',
        way: 'reset',
        allowedAt: noon,
      },
    ]);
  });

  it('keeps one for each folder of the window, and names them all', async () => {
    desk.folders = [home, 'file:///code/api'];
    await desk.allow();
    assert.match(desk.shown[0] ?? '', /\/code\/shop, \/code\/api/);
    assert.deepEqual(
      desk.allowances.map(({ folder }) => folder),
      desk.folders,
    );
  });

  it('keeps nothing on Escape, and says nothing', async () => {
    desk.answer = () => false;
    await desk.allow();
    assert.deepEqual([desk.allowances, desk.shown.length], [[], 1]);
  });

  it('fault 50: keeps nothing in Restricted Mode and without a folder, and asks nothing', async () => {
    desk.trusted = false;
    await desk.allow();
    assert.match(desk.shown[0] ?? '', /Restricted Mode.*Nothing was allowed/);
    desk.trusted = true;
    desk.folders = [];
    await desk.allow();
    assert.match(desk.shown[1] ?? '', /Open it first; nothing was allowed/);
    assert.deepEqual(desk.allowances, []);
  });

  for (const [what, changes] of Object.entries({
    address: { endpoint: 'https://elsewhere.example' },
    options: { options: { apiVersion: 'v2' } },
  })) {
    it(`keeps nothing when the ${what} of the project changes while the question shows`, async () => {
      desk.answer = () => {
        const { project, identity } = desk.stage.target;
        desk.stage.configured = { project: { ...project, ...changes }, identity };
        return true;
      };
      await desk.allow();
      assert.deepEqual([desk.allowances, desk.shown.length], [[], 2]);
    });
  }
});

describe('to withdraw an unattended reset', () => {
  it('lists all of them, those of other folders and of identities that are gone, too', async () => {
    const desk = new AllowanceDesk();
    await desk.allow();
    const [own] = desk.allowances;
    assert.ok(own);
    desk.allowances.push({ ...own, identity: 'gone', folder: 'file:///code/other' });
    desk.shown.length = 0;
    desk.picked = ['gone'];
    await desk.withdraw();
    assert.match(desk.shown.join('\n'), /alice.*\/code\/shop, to https:.*\n?.*gone: \/code\/other/s);
    assert.deepEqual(desk.allowances, [own]);
  });

  it('says so where none is', async () => {
    const desk = new AllowanceDesk();
    await desk.withdraw();
    assert.deepEqual(desk.shown, ['No unattended reset is allowed.']);
  });
});
