import { provideBrowser } from './host/browser';
import { runProgram } from './host/failure';
import { provideHost } from './host/provide';

/** Installs every VS Code and the browser that tests and demo need, so that later steps find them. */
runProgram(async () => {
  for (const version of ['min', 'newest'] as const) {
    const { vscodeVersion, node } = await provideHost(version);
    console.log(`VS Code ${vscodeVersion}, run by ${node}`);
  }
  const browser = await provideBrowser();
  console.log(`Browser: ${browser.executablePath}`);
  return 0;
});
