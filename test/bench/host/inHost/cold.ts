/** The first reset of a window, which reads its credential from the secret storage and loads the network. */
import { Consents, type TimedReset } from './consents';
import { Control } from './control';
import { scenario } from './scenario';

export interface ColdPlan {
  readonly control: string;
  readonly identity: string;
  readonly roundTripMs: number;
  readonly holdMs: number;
}

export const run = scenario(__filename, async (plan: ColdPlan): Promise<TimedReset> => {
  await new Control(plan).begin({ roundTripMs: plan.roundTripMs });
  const consents = await Consents.open();
  const reset = await consents.reset(plan.identity, plan.holdMs);
  await new Control(plan).begin({});
  return reset;
});
