/** A role of the raw core NATS chain: passes each message on with its reply subject; nothing is stored. */
import { messageOf, openLink } from "@troupe/runtime/internal";
import { type ChainSettings, linkOf } from "../messages.ts";
import { coreSubject, nextOf, requireRelayRole } from "../relay.ts";
import { benchLogger } from "./bench-logger.ts";
import { runWorker, type Work } from "./worker.ts";

async function join(name: string, settings: ChainSettings): Promise<Work> {
  const role = requireRelayRole(name);
  const logger = benchLogger(`core-${role}`);
  const link = await openLink({ ...linkOf(settings), name: `bench/core/${role}`, logger });
  const next = nextOf(role);
  link.nc.subscribe(coreSubject(role), {
    callback: (error, message) => {
      try {
        if (error || !message.reply) return;
        if (next === "client") link.nc.publish(message.reply, message.data);
        else link.nc.publish(coreSubject(next), message.data, { reply: message.reply });
      } catch (thrown) {
        logger.error({ reason: messageOf(thrown) }, "not passed on");
      }
    },
  });
  await link.nc.flush();
  return { leave: () => link.close() };
}

runWorker(join);
