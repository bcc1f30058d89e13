import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const readme = `# Try Reconsent

The **Reconsent** icon in the activity bar shows a sample project with two test users. Their consents are kept by the
sandbox, a local stand-in for Google's service: nothing leaves this computer and no account is needed.

1. Open Reconsent in the activity bar.
2. Point at \`alice.test@example.com\` and press *Reset Consent*.
3. Read what will be reset, and confirm. The row says what became of it.

*Reconsent: Try the Sandbox* in the command palette brings the sample data back.
`;

const program = `// A program to debug: press F5.
console.log('The debugged program starts at the consent screen again.');
`;

const launch = `{
  "version": "0.2.0",
  "configurations": [
    { "type": "node", "request": "launch", "name": "Run app.js", "program": "\${workspaceFolder}/app.js" }
  ]
}
`;

/** The folder that \`npm start\` opens. What is there already is the user's and is left alone. */
export function provideStartWorkspace(folder: string): void {
  const files = {
    'README.md': readme,
    'app.js': program,
    [join('.vscode', 'launch.json')]: launch,
  };
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name);
    if (existsSync(file)) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
