/**
 * The environment for a VS Code that is started here: without what an outer VS Code or npm has put there and the inner
 * one would act on, and without an extension gallery to ask, so nothing leaves this machine.
 */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  for (const name of Object.keys(environment)) {
    if (/^(VSCODE_|ELECTRON_|CODE_SERVER_|npm_|NODE_OPTIONS$|NODE_V8_COVERAGE$)/i.test(name)) delete environment[name];
  }
  return { ...environment, EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: '' }) };
}
