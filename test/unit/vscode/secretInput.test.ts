import assert from 'node:assert/strict';
import type { Prompts } from '../../../src/vscode/prompts';
import { FakeEditor, type ShownInput } from '../../fakes/editor';

const secret = 'planted-0123456789';
const input = { title: 'Sign in', prompt: 'Password', secret: true };

describe('an input box for a secret', () => {
  let editor: FakeEditor;
  let prompts: Prompts;
  let shown: ShownInput[];
  beforeEach(async () => {
    editor = new FakeEditor();
    editor.use();
    shown = [];
    editor.inInput = (box) => {
      shown.push(box);
      box.type(secret);
      box.accept();
    };
    prompts = new (await import('../../../src/vscode/prompts')).Prompts(new Map());
  });

  const ways: Readonly<Record<string, (validate: () => string | undefined) => Promise<unknown>>> = {
    'a text': (validate) => prompts.text({ ...input, validate }),
    'the first field of a credential': () => prompts.credential(input),
    'a further field of it': () => prompts.credentialOrBack(input),
  };
  for (const [what, ask] of Object.entries(ways)) {
    it(`${what}: nothing is left in the field that the editor hides`, async () => {
      assert.equal(await ask(() => undefined), secret);
      const [box] = shown;
      assert.deepEqual([box?.password, box?.left, box?.value, box?.disposed], [true, '', '', true]);
    });
  }

  it('has a way back only where there is a step before', async () => {
    for (const ask of Object.values(ways)) await ask(() => undefined);
    assert.deepEqual(
      shown.map(({ buttons }) => buttons.length),
      [0, 0, 1],
    );
  });

  it('stays, with what was typed, as long as something is wrong with it', async () => {
    const problems = ['Too short.', undefined];
    editor.inInput = (box) => {
      shown.push(box);
      box.accept();
      setImmediate(() => {
        assert.deepEqual([box.validationMessage, box.left, box.disposed], ['Too short.', undefined, false]);
        box.accept();
      });
    };
    await prompts.text({ ...input, value: secret, validate: () => problems.shift() });
    assert.equal(shown[0]?.left, '');
  });
});
