/** The service from within the extension host: how long the way is, how long tokens last, what was counted. */

import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { HostCounts, ServerAddresses } from '../service';

export class Control {
  constructor(private readonly addresses: Pick<ServerAddresses, 'control'>) {}

  /** From now on; and counting begins anew. */
  async begin({
    roundTripMs = 0,
    expiresIn = 3600,
  }: {
    readonly roundTripMs?: number;
    readonly expiresIn?: number;
  }): Promise<void> {
    await this.#ask(`begin?roundTripMs=${roundTripMs}&expiresIn=${expiresIn}`);
  }

  counts(): Promise<HostCounts> {
    return this.#ask('counts');
  }

  async #ask(what: string): Promise<HostCounts> {
    const asked = get(`${this.addresses.control}/${what}`, { agent: false });
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    return JSON.parse(await text(answer)) as HostCounts;
  }
}
