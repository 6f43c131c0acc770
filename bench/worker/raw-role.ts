/** A role of the raw JetStream chain: takes a message, publishes the next, waits for the acknowledgement, acknowledges. What the hop protocol is compared with. */
import type { ChainSettings } from "../messages.ts";
import { nextOf, RAW_END, RAW_HOP, requireRelayRole } from "../relay.ts";
import { openRawSeat } from "./raw-seat.ts";
import { runWorker, type Work } from "./worker.ts";

function join(name: string, settings: ChainSettings): Promise<Work> {
  const role = requireRelayRole(name);
  const next = nextOf(role);
  const rest = next === "client" ? RAW_END : `${RAW_HOP}.${role}.m.send.${next}`;
  return openRawSeat(role, settings, ({ publish }) => publish(rest));
}

runWorker(join);
