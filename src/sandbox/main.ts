/** The sandbox on its own: one line of JSON on stdout, everything else on stderr, until SIGINT or SIGTERM. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { RunningSandbox, SandboxAddresses } from './api';
import { SandboxStartError, startSandbox } from './server';

const usage = `usage: npm run sandbox -- [--port N] [--host 127.0.0.1|::1|localhost] [--seed N] [--seed-sample]
                          [--https-port N] [--ca-file FILE]

  --port         where to listen; any free port when absent
  --host         a loopback name or address (127.0.0.1)
  --seed         ids and tokens follow from it (1)
  --seed-sample  start with a sample project and two test users, and print their tokens in the line of JSON
  --https-port   listen over https as well, with a certificate of a private authority; 0 is any free port
  --ca-file      where to write that authority, as PEM; GET /__sandbox/venafi/ca gives it, too`;

interface Flags {
  readonly port: number;
  readonly host: string;
  readonly seed: number;
  readonly sample: boolean;
  readonly httpsPort: number | undefined;
  readonly caFile: string | undefined;
}

/** The exit code, once the sandbox has stopped: 0, 1 when it could not start, 2 when the flags make no sense. */
export async function main(args: readonly string[]): Promise<number> {
  const flags = readFlags(args);
  if (typeof flags === 'string') {
    console.error(`${flags}\n\n${usage}`);
    return 2;
  }
  let sandbox: RunningSandbox;
  try {
    const https = flags.httpsPort === undefined ? {} : { https: { port: flags.httpsPort } };
    sandbox = await startSandbox({ port: flags.port, host: flags.host, seed: flags.seed, ...https });
  } catch (error) {
    if (!(error instanceof SandboxStartError)) throw error;
    console.error(error.message);
    return error.code === 'not-loopback' ? 2 : 1;
  }
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  if (flags.caFile !== undefined && !(await writeAuthority(sandbox, flags.caFile))) return 1;
  const addresses: SandboxAddresses = {
    origin: sandbox.origin,
    google: sandbox.google,
    identityPlatform: sandbox.identityPlatform,
    venafi: sandbox.venafi,
  };
  const { control } = sandbox;
  const sample = flags.sample
    ? {
        sample: control.seedSample(),
        identityPlatformSample: control.identityPlatform.seedSample(),
        venafiSample: control.venafi.seedSample(),
      }
    : {};
  console.log(JSON.stringify({ ...addresses, ...sample }));
  console.error(`The sandbox is running at ${sandbox.origin}. Press Ctrl+C to stop it.`);
  await stopped;
  await sandbox.close();
  console.error('The sandbox has stopped.');
  return 0;
}

/** False, and the sandbox stopped, when the file cannot be written. */
async function writeAuthority(sandbox: RunningSandbox, file: string): Promise<boolean> {
  try {
    await writeFile(file, await sandbox.control.venafi.ca());
    return true;
  } catch (error) {
    await sandbox.close();
    console.error(`The authority cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

/** The flags, or what is wrong with them. */
function readFlags(args: readonly string[]): Flags | string {
  const options = {
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
    seed: { type: 'string', default: '1' },
    'seed-sample': { type: 'boolean', default: false },
    'https-port': { type: 'string' },
    'ca-file': { type: 'string' },
  } as const;
  try {
    const { values } = parseArgs({ args: [...args], options });
    const port = wholeNumber(values.port, 65_535);
    const seed = wholeNumber(values.seed, Number.MAX_SAFE_INTEGER);
    if (port === undefined) return `--port must be a number from 0 to 65535, not "${values.port}".`;
    if (seed === undefined) return `--seed must be a whole number of 0 or more, not "${values.seed}".`;
    const httpsText = values['https-port'];
    const httpsPort = httpsText === undefined ? undefined : wholeNumber(httpsText, 65_535);
    if (httpsText !== undefined && httpsPort === undefined) {
      return `--https-port must be a number from 0 to 65535, not "${httpsText}".`;
    }
    return { port, seed, host: values.host, sample: values['seed-sample'], httpsPort, caFile: values['ca-file'] };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function wholeNumber(text: string, max: number): number | undefined {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value <= max ? value : undefined;
}
