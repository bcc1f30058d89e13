import assert from 'node:assert/strict';
import { extensions } from 'vscode';

describe('the extension in a real VS Code', () => {
  it('is present and activates', async () => {
    const extension = extensions.getExtension('reconsent.reconsent');
    assert.ok(extension, 'reconsent.reconsent is not installed');
    await extension.activate();
    assert.equal(extension.isActive, true);
  });
});
