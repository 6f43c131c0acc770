/**
 * A role of the raw JetStream chain: takes a message, publishes the next, waits for the acknowledgement, acknowledges. On our own pull
 * loop and publisher and on a stream of the same settings, but without fence, header and protocol: what the hop protocol is compared with.
 */
import { createPublisher, openLink, type PulledMessage, Subjects, startPull } from "@troupe/runtime/internal";
import { type ChainSettings, linkOf } from "../messages.ts";
import { nextOf, RAW_HOP, RELAY_VERSION, requireRelayRole } from "../relay.ts";
import { benchLogger } from "./bench-logger.ts";
import { runWorker, type Work } from "./worker.ts";

const TASK_TOKEN = 4;

async function join(name: string, settings: ChainSettings): Promise<Work> {
  const role = requireRelayRole(name);
  const logger = benchLogger(`raw-${role}`);
  const link = await openLink({ ...linkOf(settings), name: `bench/raw/${role}`, logger });
  const publisher = createPublisher(link);
  const subjects = new Subjects(settings.system);
  const prefix = `${subjects.system}.log.0.${RELAY_VERSION}`;
  const next = nextOf(role);
  const rest = next === "client" ? "end.end.t.done.client" : `${RAW_HOP}.${role}.m.send.${next}`;
  const run = async (message: PulledMessage): Promise<void> => {
    const task = message.subject.split(".", TASK_TOKEN + 1)[TASK_TOKEN] ?? "";
    const outcome = await publisher.publish(`${prefix}.${task}.${rest}`, message.body);
    if (outcome.kind !== "stored") throw new Error(`not stored: ${outcome.kind}`);
    message.ack();
  };
  const loop = startPull({
    link,
    stream: subjects.logStream(0),
    durable: subjects.durable(RELAY_VERSION, role),
    slots: settings.slots,
    run,
    logger,
  });
  return {
    leave: async () => {
      await loop.stop();
      publisher.close();
      await link.close();
    },
  };
}

runWorker(join);
