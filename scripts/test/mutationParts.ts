/** What mutation testing judges, part by part, and how Stryker is set up for it. */

interface Part {
  /** The source that is changed, and what is left out of it. */
  readonly source: readonly string[];
  /** The tests that are to notice, run in this order until one does: those that only think before those that wait for sockets. */
  readonly tests: readonly string[];
}

/** The tests of the network that open no connection. */
const httpRules = [
  'answer',
  'classify',
  'deadline',
  'editorWayRules',
  'exchange',
  'fetchExchange',
  'incoming',
  'outgoing',
  'patientRead',
  'proxy',
  'responseStream',
  'retryAfter',
  'secretFields',
  'sending',
  'warm',
];

export const parts: Readonly<Record<string, Part>> = {
  core: {
    source: ['src/core/**/*.ts'],
    tests: ['test/unit/{core,fuzz,providers,vscode}/**/*.test.ts'],
  },
  http: {
    source: ['src/http/**/*.ts', '!src/http/*.d.ts'],
    tests: [...httpRules.map((name) => `test/unit/http/${name}.test.ts`), 'test/unit/http/**/*.test.ts'],
  },
  // What turns answers into outcomes and reasons.
  providers: {
    source: [
      'src/providers/googleDataPortability/{api,archiveApi,errors,revocation,verification}.ts',
      'src/providers/identityPlatform/{api,apple,errorEnvelope,errors,idpDiagnosis,verification}.ts',
      'src/providers/venafiTpp/{api,consent,errors,results,verification}.ts',
    ],
    tests: ['test/unit/{fuzz,providers}/**/*.test.ts'],
  },
};

/** Tests that read the source as text, and one that runs it in another process: no change is noticed there. */
const blindTests = ['test/unit/core/reasonTexts.test.ts', 'test/unit/http/processWide.test.ts'];

/** In percent; below it, the run fails. */
export const lowestScore = 85;

/** Stryker's options for one part. All paths count from the root of the repository; `results` is below it. */
export function strykerOptions(name: string, part: Part, results: string, concurrency: number): object {
  return {
    testRunner: 'mocha',
    // In each process that runs tests, before anything else: the tests are TypeScript.
    testRunnerNodeArgs: ['--import', 'tsx'],
    mochaOptions: {
      spec: part.tests,
      ignore: blindTests,
      'no-config': true,
      'no-package': true,
      require: ['./test/mutation/timeLimit.ts'],
    },
    mutate: part.source,
    coverageAnalysis: 'perTest',
    // What is evaluated once, when a file is loaded, needs a process of its own for each change; most of it is texts.
    ignoreStatic: true,
    // Its paths all stay inside the folder that Stryker copies, and TypeScript 7 cannot rewrite them for it.
    tsconfigFile: 'none',
    concurrency,
    // Longer than the time limit of a test: only what never comes back costs a process.
    timeoutMS: 12_000,
    dryRunTimeoutMinutes: 15,
    thresholds: { high: 95, low: lowestScore, break: lowestScore },
    incremental: true,
    incrementalFile: `${results}/${name}.json`,
    reporters: ['clear-text', 'json', 'progress-append-only'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: false },
    jsonReporter: { fileName: `${results}/${name}-report.json` },
    tempDirName: `${results}/sandbox-${name}`,
    ignorePatterns: ['.artifacts', '.vscode-test', 'dist', 'media', 'test/emulator', 'test/conformance'],
    allowConsoleColors: false,
  };
}
