import { z } from "zod";
import { type Clock, systemClock } from "../clock.ts";
import { messageOf, TroupeError } from "../errors.ts";
import type { Link } from "../nats/connection.ts";

/**
 * It takes milliseconds, but an answer was seen not to come while the server was busy. Nobody listening is answered at once: so it is for a moment
 * right after another reload, and was once for seconds, on one connection, while everything was busy. Reading the file once more changes nothing.
 */
const ANSWER_MS = 2_000;
const PAUSE_MS = 200;
/** No new attempt after this long; whoever asked for the change waits 15 s. */
const PATIENCE_MS = 10_000;
const Answer = z.looseObject({ error: z.looseObject({ description: z.string().optional() }).optional() });

type SysLink = Pick<Link, "nc" | "close">;

/**
 * Has a server read its configuration file again; nobody whose account stays is disconnected. `open` gives links of the user `sys`: each attempt has
 * its own, since a reload may cut the one that asks for it. Throws `unavailable` when the server does not answer, `invalid_config` with its words
 * when it refuses the file: it goes on as before.
 */
export async function reloadServer(open: () => Promise<SysLink>, clock: Clock = systemClock): Promise<void> {
  const text = await answerOf(open, clock);
  const { error } = Answer.parse(JSON.parse(text));
  if (error === undefined) return;
  throw new TroupeError("invalid_config", `nats-server refuses its configuration: ${error.description ?? text}`);
}

async function answerOf(open: () => Promise<SysLink>, clock: Clock): Promise<string> {
  const startedMs = clock.monotonicMs();
  for (;;) {
    try {
      return await ask(await open());
    } catch (cause) {
      if (clock.monotonicMs() - startedMs >= PATIENCE_MS)
        throw new TroupeError("unavailable", `nats-server does not answer a reload: ${messageOf(cause)}`, { cause });
      await clock.sleep(PAUSE_MS);
    }
  }
}

async function ask(link: SysLink): Promise<string> {
  const { nc } = link;
  try {
    const subject = `$SYS.REQ.SERVER.${nc.info?.server_id ?? ""}.RELOAD`;
    return (await nc.request(subject, "", { timeout: ANSWER_MS })).string();
  } finally {
    await link.close();
  }
}
