/** A CPU profile of a part of this process, for Chrome's developer tools, VS Code or speedscope. */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

/** Profiles what happens until the function that it resolves with is called. */
export async function startProfile(file: string): Promise<() => Promise<void>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 500 });
  await session.post('Profiler.start');
  return async () => {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    writeFileSync(file, JSON.stringify(profile));
  };
}
