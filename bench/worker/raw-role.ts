/** A role of the raw JetStream chain: takes a message, publishes the next, waits for the acknowledgement, acknowledges. What the hop protocol is compared with. */
import type { ChainSettings } from "../messages.ts";
import { rawNextOf, requireRelayRole } from "../relay.ts";
import { openRawSeat } from "./raw-seat.ts";
import { runWorker, type Work } from "./worker.ts";

function join(name: string, settings: ChainSettings): Promise<Work> {
  const role = requireRelayRole(name);
  return openRawSeat(role, settings, ({ publish }) => publish(rawNextOf(role)));
}

runWorker(join);
