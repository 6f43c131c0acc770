/** A role of the relay, or of the fan-out, as a host runs it, on the host's own seat and replica: pull loop, hop protocol, JetStream log. No node around it. */
import fanOut from "../fan-out-system.ts";
import type { ChainSettings } from "../messages.ts";
import { requireRelayRole } from "../relay.ts";
import relay from "../relay-system.ts";
import { benchLogger } from "./bench-logger.ts";
import { openSeat } from "./open-seat.ts";
import { benchTracer } from "./tracing.ts";
import { runWorker, type Work } from "./worker.ts";

async function join(name: string, settings: ChainSettings): Promise<Work> {
  const role = requireRelayRole(name);
  const system = settings.chain === "fan-out" ? fanOut : relay;
  const tracer = await benchTracer(settings.chain, "role");
  const seat = await openSeat({ settings, system, role, tracer, logger: benchLogger(`troupe-${role}`) });
  const spec = { role, index: 0, concurrency: settings.slots, epoch: 1, isPaused: false };
  const replica = seat.replica(`${settings.version}/${role}/0`, spec);
  await replica.start();
  return {
    leave: async () => {
      await replica.stop();
      await seat.close();
    },
  };
}

runWorker(join);
