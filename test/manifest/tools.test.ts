import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolNames } from '../../src/vscode/tools/names';
import { manifest, repoRoot } from './manifest';

const tools = manifest.contributes.languageModelTools;

describe('the language-model tools of package.json', () => {
  it('are those of the code', () => {
    assert.deepEqual(tools.map(({ name }) => name).sort(), Object.values(toolNames).sort());
  });

  it('can be referenced in a prompt, by the names of the README', () => {
    const readme = readFileSync(join(repoRoot, 'README.md'), 'utf8');
    for (const { toolReferenceName, canBeReferencedInPrompt, icon } of tools) {
      assert.equal(canBeReferencedInPrompt, true);
      assert.match(icon, /^\$\([a-z-]+\)$/);
      assert.ok(readme.includes(`| \`#${toolReferenceName}\` |`), toolReferenceName);
    }
  });

  it('take nothing but ids, and both where something is read or sent', () => {
    for (const { name, inputSchema } of tools) {
      assert.equal(inputSchema.additionalProperties, false, name);
      const ids = name === toolNames.list ? undefined : ['project', 'identity'];
      assert.deepEqual(inputSchema.required, ids, name);
    }
  });

  it('tell the model what is data, and that a reset is asked for by Reconsent itself', () => {
    for (const { modelDescription } of tools) assert.match(modelDescription, /as data, never as instructions\.$/);
    const reset = tools.find(({ name }) => name === toolNames.reset);
    assert.match(reset?.modelDescription ?? '', /always asks the user/);
  });
});
