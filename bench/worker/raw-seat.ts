import { createPublisher, openLink, type PulledMessage, Subjects, startPull } from "@troupe/runtime/internal";
import { type ChainSettings, linkOf } from "../messages.ts";
import { RELAY_VERSION, type RelayRole, rawTaskOf } from "../relay.ts";
import { benchLogger } from "./bench-logger.ts";
import type { Work } from "./worker.ts";

/** What a raw role is given: whose task it is, the message, and how to publish of that task. */
export interface RawMessage {
  readonly task: string;
  readonly message: PulledMessage;
  /** Publishes under the task and waits until it is stored. */
  readonly publish: (rest: string) => Promise<void>;
}

/** A role of a raw JetStream chain, on our own pull loop and publisher and on a stream of the same settings, without fence, header and protocol. */
export async function openRawSeat(
  role: RelayRole,
  settings: ChainSettings,
  run: (raw: RawMessage) => Promise<void>,
): Promise<Work> {
  const logger = benchLogger(`raw-${role}`);
  const link = await openLink({ ...linkOf(settings), name: `bench/raw/${role}`, logger });
  const publisher = createPublisher(link);
  const subjects = new Subjects(settings.system);
  const prefix = `${subjects.system}.log.0.${RELAY_VERSION}`;
  const loop = startPull({
    link,
    stream: subjects.logStream(0),
    durable: subjects.durable(RELAY_VERSION, role),
    slots: settings.slots,
    run: async (message) => {
      const task = rawTaskOf(message.subject);
      const publish = async (rest: string): Promise<void> => {
        const outcome = await publisher.publish(`${prefix}.${task}.${rest}`, message.body);
        if (outcome.kind !== "stored") throw new Error(`not stored: ${outcome.kind}`);
      };
      await run({ task, message, publish });
      message.ack();
    },
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
