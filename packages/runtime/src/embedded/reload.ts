import { z } from "zod";
import { type Clock, systemClock } from "../clock.ts";
import { messageOf, TroupeError } from "../errors.ts";
import type { Link } from "../nats/connection.ts";

/**
 * It takes milliseconds, but an answer was seen not to come while the server was busy, and right after another reload nobody listens for a moment:
 * that is answered at once. Reading the file once more changes nothing.
 */
const ANSWER_MS = 2_000;
const TRIES = 6;
const PAUSE_MS = 200;
const Answer = z.looseObject({ error: z.looseObject({ description: z.string().optional() }).optional() });

/**
 * Has a server read its configuration file again; nobody whose account stays is disconnected. `link` is one of the user `sys`.
 * Throws `unavailable` when the server does not answer, `invalid_config` with its words when it refuses the file: it goes on as before.
 */
export async function reloadServer({ nc }: Pick<Link, "nc">, clock: Clock = systemClock): Promise<void> {
  const subject = `$SYS.REQ.SERVER.${nc.info?.server_id ?? ""}.RELOAD`;
  const text = await answerOf(nc, subject, clock);
  const { error } = Answer.parse(JSON.parse(text));
  if (error === undefined) return;
  throw new TroupeError("invalid_config", `nats-server refuses its configuration: ${error.description ?? text}`);
}

async function answerOf(nc: Link["nc"], subject: string, clock: Clock): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return (await nc.request(subject, "", { timeout: ANSWER_MS })).string();
    } catch (cause) {
      if (attempt === TRIES)
        throw new TroupeError("unavailable", `nats-server does not answer a reload: ${messageOf(cause)}`, { cause });
      await clock.sleep(attempt * PAUSE_MS);
    }
  }
}
