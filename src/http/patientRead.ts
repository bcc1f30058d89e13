/** Reads that are worth a second try: they have no effect on a service. */
import type { Clock, HttpRequest, HttpResult, Transport } from '../core/ports';

const pausesMs = [200, 800] as const;

/** A request without an effect; what has one cannot be handed to {@link readPatiently}. */
export type ReadRequest = HttpRequest & { readonly effect: 'read' };

/** Repeats a read that met an unavailable service or a broken connection (AIP-194: UNAVAILABLE alone is safe to repeat). */
export async function readPatiently(
  { transport, clock }: { readonly transport: Transport; readonly clock: Clock },
  request: ReadRequest,
  signal: AbortSignal,
): Promise<HttpResult> {
  for (const pause of pausesMs) {
    const result = await transport.send(request, signal);
    const again = result.kind === 'broken' || (result.kind === 'response' && result.status === 503);
    if (!again) return result;
    try {
      await clock.sleep(pause, signal);
    } catch {
      return { kind: 'aborted', sent: true };
    }
  }
  return transport.send(request, signal);
}
