import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { provideBrowser } from './host/browser';
import { runProgram } from './host/failure';
import { repoRoot } from './host/paths';

/** Draws `media/icon.png` from `media/icon.svg`: the marketplace takes no SVG. */
async function main(): Promise<number> {
  const browser = await chromium.launch(await provideBrowser());
  try {
    const page = await browser.newPage({ viewport: { width: 128, height: 128 } });
    const drawing = readFileSync(join(repoRoot, 'media', 'icon.svg'), 'utf8');
    await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${drawing}`);
    await page.screenshot({ path: join(repoRoot, 'media', 'icon.png'), omitBackground: true });
  } finally {
    await browser.close();
  }
  return 0;
}

runProgram(main);
