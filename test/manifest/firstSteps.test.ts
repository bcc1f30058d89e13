import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifest, manifestTexts, repoRoot } from './manifest';

const [walkthrough] = manifest.contributes.walkthroughs;
const steps = walkthrough?.steps ?? [];
const read = (file: string | undefined): string => readFileSync(join(repoRoot, file ?? ''), 'utf8');

describe('the walkthrough', () => {
  it('is the one that Open Walkthrough opens, with at most five steps', () => {
    assert.equal(manifest.contributes.walkthroughs.length, 1);
    const opens = /#(\w+)`/.exec(read('src/vscode/commands/allCommands.ts'))?.[1];
    assert.equal(walkthrough?.id, opens);
    assert.ok(steps.length > 0 && steps.length <= 5);
  });

  it('has one button in each step, in every language', () => {
    for (const [file, texts] of manifestTexts) {
      for (const { id, description } of steps) {
        const text = texts[description.slice(1, -1)];
        if (text === undefined && file !== 'package.nls.json') continue;
        assert.match(text ?? '', /^[^\n[\]]+\n\[[^\]]+\]\(command:reconsent\.\w+\)$/, `${file}: ${id}`);
      }
    }
  });

  it('is done by what was reached, each step by something of its own, and not by a button that was pressed', () => {
    const events = steps.flatMap(({ completionEvents }) => completionEvents);
    assert.equal(new Set(events).size, steps.length);
    for (const event of events) assert.match(event, /^onContext:reconsent\.\w+$/);
  });

  it('has small pictures in the colours of the theme alone', () => {
    for (const { media } of steps.filter(({ media: { svg } }) => svg !== undefined)) {
      const svg = read(media['svg']);
      assert.ok(svg.length < 1_500, media['svg']);
      const colours = [...svg.matchAll(/(?:fill|stroke)="([^"]+)"/g)].map(([, colour = '']) => colour);
      for (const colour of colours) assert.match(colour, /^(none$|var\(--vscode-)/, media['svg']);
      assert.match(media['altText'] ?? '', /^%/);
    }
  });

  it('shows the task of the README, for the practice project', () => {
    const task = (text: string): string => /\{\s+"label"[^}]+\}/.exec(text)?.[0].replaceAll(/\s+/g, ' ') ?? '';
    const shown = task(read(steps.at(-1)?.media['markdown']));
    assert.match(shown, /"type": "reconsent"/);
    assert.equal(shown.replace('"practice"', '"shop"'), task(read('README.md')));
  });
});
