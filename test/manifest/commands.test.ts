import assert from 'node:assert/strict';
import { commandIds } from '../../src/vscode/commandIds';
import { manifest, manifestTexts, textsOf } from './manifest';

const { commands, menus } = manifest.contributes;
const declared = commands.map(({ command }) => command);
const english = manifestTexts.get('package.nls.json') ?? {};

describe('the commands of package.json', () => {
  it('are those of the code', () => {
    assert.deepEqual([...declared].sort(), Object.values(commandIds).sort());
  });

  it('are declared once', () => assert.deepEqual(declared, [...new Set(declared)]));

  it('have a translatable title of their own and the category Reconsent', () => {
    for (const { command, title, category } of commands) {
      assert.equal(title, `%command.${command.replace(/^reconsent\./, '')}.title%`);
      assert.equal(category, 'Reconsent', command);
    }
    const titles = commands.map(({ title }) => english[title.slice(1, -1)]);
    assert.deepEqual(titles, [...new Set(titles)]);
  });

  it('are all that menus and welcome texts name', () => {
    const named = Object.values(menus).flatMap((items) => items.map(({ command }) => command));
    const linked = [...textsOf(english)].flatMap(({ text }) =>
      [...text.matchAll(/\(command:([\w.]+)/g)].map(([, id = '']) => id),
    );
    for (const id of [...named, ...linked]) assert.ok(declared.includes(id), id);
  });

  it('stand in menus at most once per place', () => {
    for (const [menu, items] of Object.entries(menus)) {
      const places = items.map(({ command, group }) => `${menu} ${command} ${group?.replace(/@.*/, '')}`);
      assert.deepEqual(places, [...new Set(places)]);
    }
  });
});
