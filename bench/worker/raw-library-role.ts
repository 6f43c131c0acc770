/**
 * A role of the raw JetStream chain as the client library's own `consume` and `publish` make it, which is what somebody without Troupe would
 * write. The other raw chain is on our own pull loop and publisher and therefore harder to come near to.
 */
import { jetstream } from "@nats-io/jetstream";
import { messageOf, openLink, Subjects } from "@troupe/runtime/internal";
import { type ChainSettings, linkOf } from "../messages.ts";
import { RELAY_VERSION, rawNextOf, rawTaskOf, requireRelayRole } from "../relay.ts";
import { benchLogger } from "./bench-logger.ts";
import { runWorker, type Work } from "./worker.ts";

async function join(name: string, settings: ChainSettings): Promise<Work> {
  const role = requireRelayRole(name);
  const logger = benchLogger(`raw-library-${role}`);
  const link = await openLink({ ...linkOf(settings), name: `bench/raw-library/${role}`, logger });
  const subjects = new Subjects(settings.system);
  const rest = rawNextOf(role);
  const prefix = `${subjects.system}.log.0.${RELAY_VERSION}`;
  const client = jetstream(link.nc);
  const consumer = await client.consumers.get(subjects.logStream(0), subjects.durable(RELAY_VERSION, role));
  const messages = await consumer.consume({
    max_messages: settings.slots,
    callback: (message) => {
      client
        .publish(`${prefix}.${rawTaskOf(message.subject)}.${rest}`, message.data)
        .then(() => message.ack())
        .catch((error: unknown) => logger.error({ reason: messageOf(error) }, "not stored"));
    },
  });
  return {
    leave: async () => {
      await messages.close();
      await link.close();
    },
  };
}

runWorker(join);
