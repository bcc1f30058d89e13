/** The same row clicked twice, and a key that repeats, through the command that the row, the palette and the keyboard run. */
import assert from 'node:assert/strict';
import { targetKey } from '../../../src/core/model';
import type { ResetCommand } from '../../../src/vscode/commands/resetConsent';
import { FakeEditor } from '../../fakes/editor';
import type { OneWindow } from './oneWindow';
import { isGranted, type Scene, services } from './services';
import { WindowStage } from './windowStage';

/** A person at the window: what was asked and told, and what is answered. */
class Person {
  readonly editor = new FakeEditor();
  readonly questions: string[] = [];
  readonly notifications: string[] = [];
  whileAsked: () => void = () => undefined;

  constructor() {
    this.editor.use();
    const show = async (message: string, options: unknown, ...buttons: readonly string[]) => {
      if (typeof options === 'object' && options !== null && 'modal' in options) {
        this.questions.push(message);
        this.whileAsked();
        await new Promise((resolve) => setImmediate(resolve));
        return buttons[0];
      }
      this.notifications.push(message);
      return undefined;
    };
    const shows = { showWarningMessage: show, showErrorMessage: show, showInformationMessage: show };
    Object.assign(this.editor.api.window, shows);
  }
}

async function commandOf(window: OneWindow): Promise<ResetCommand> {
  const { ResetCommand } = await import('../../../src/vscode/commands/resetConsent');
  const { Prompts } = await import('../../../src/vscode/prompts');
  const { allReasonTexts: texts } = await import('../../../src/vscode/allReasonTexts');
  const { providerDescriptions: descriptions } = await import('../../../src/providers/registry');
  return new ResetCommand({
    descriptions,
    operations: window.operations,
    prompts: new Prompts(texts),
    network: { warm: async () => undefined } as never,
    jobs: { show: async () => undefined },
    texts,
    store: window.store,
    currentTarget: (key) => window.targets().find((target) => targetKey(target) === key),
  });
}

for (const service of services) {
  describe(`fault 17: double click and key repeat, ${service}`, () => {
    let stage: WindowStage;
    let window: OneWindow;
    let person: Person;
    let scene: Scene;
    let click: () => Promise<void>;
    beforeEach(async () => {
      stage = await WindowStage.open();
      window = stage.window();
      scene = await stage.signedIn(service, window);
      person = new Person();
      const command = await commandOf(window);
      click = () => command.run(window.target(scene));
    });
    afterEach(() => stage.close());
    const assertOnce = (): void => {
      assert.equal(stage.posts(service), 1);
      assert.equal(person.questions.length, 1, 'asked once');
      assert.deepEqual(person.notifications, [], 'success shows in place, and once');
      assert.equal(isGranted(scene, stage.sandbox), false);
    };

    it('twice at once: one question, one request', async () => {
      await Promise.all([click(), click()]);
      assertOnce();
    });

    it('a key held down: thirty times in a row, and again below the question and while it is on its way', async () => {
      const more: Promise<void>[] = [];
      person.whileAsked = () => void more.push(click(), click());
      window.whenAnswered = () => void more.push(click(), click());
      await Promise.all(Array.from({ length: 30 }, click));
      await Promise.all(more);
      assert.equal(more.length, 4);
      assertOnce();
    });

    it('once more when it is done: already reset, and nothing is sent', async () => {
      await click();
      assertOnce();
      const before = stage.sandbox.control.requests.count();
      await click();
      assert.equal(stage.posts(service), 1);
      assert.equal(person.questions.length, 1, 'nobody is asked about nothing');
      assert.match(person.notifications.join(), /[Aa]lready reset|nothing to revoke|no grants/i);
      assert.ok(service === 'venafiTpp' || stage.sandbox.control.requests.count() === before);
    });

    it('declined twice: nothing is sent, and a third click asks again', async () => {
      const { window: api } = person.editor.api as unknown as { window: { showWarningMessage: unknown } };
      const yes = api.showWarningMessage;
      let asked = 0;
      api.showWarningMessage = async () => {
        asked += 1;
      };
      await Promise.all([click(), click()]);
      assert.deepEqual([asked, stage.posts(service)], [1, 0]);
      api.showWarningMessage = yes;
      await click();
      assertOnce();
    });
  });
}
