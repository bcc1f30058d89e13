/** Stands before an extension: loads and activates it as VS Code does, and takes the times of both. */
import { existsSync } from 'node:fs';
import { type Profiler, Session } from 'node:inspector';
import { join } from 'node:path';
import type * as vscode from 'vscode';
import { type Activation, recorder } from './recorder';

interface Extension {
  activate(context: vscode.ExtensionContext): unknown;
}

const samplesEveryMicroseconds = 50;
const bench = recorder();
const session = bench.profiling ? connected() : undefined;
const loading = measured(load);

export function activate(context: vscode.ExtensionContext): unknown {
  const seen = bench.spy?.watch(context) ?? context;
  const activating = measured(() => loading.result.activate(seen));
  const profiles = [loading, activating].flatMap(({ profile }) => profile ?? []);
  const activation: Activation = {
    loadMs: loading.ms,
    activateMs: activating.ms,
    cpuMs: loading.cpuMs + activating.cpuMs,
    ...(profiles.length > 0 && { profiles }),
  };
  bench.activations.set(context.extension.id, activation);
  return activating.result;
}

/** As it ships, or with the names of its functions, which a profile would be unreadable without. */
function load(): Extension {
  return session && existsSync(join(__dirname, '..', 'named'))
    ? require('../named/extension.js')
    : require('../dist/extension.js');
}

function measured<T>(work: () => T): {
  readonly result: T;
  readonly ms: number;
  readonly cpuMs: number;
  readonly profile: Profiler.Profile | undefined;
} {
  session?.post('Profiler.start');
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const result = work();
  const ms = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  return { result, ms, cpuMs: (user + system) / 1000, profile: session && stop(session) };
}

function connected(): Session {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: samplesEveryMicroseconds });
  return session;
}

function stop(session: Session): Profiler.Profile | undefined {
  let found: Profiler.Profile | undefined;
  // Answers before it returns.
  session.post('Profiler.stop', (_error, { profile }) => {
    found = profile;
  });
  return found;
}
