import { z } from "zod";
import { messageOf, TroupeError } from "../errors.ts";
import type { Link } from "../nats/connection.ts";

const RELOAD_MS = 5_000;
const Answer = z.looseObject({ error: z.looseObject({ description: z.string().optional() }).optional() });

/**
 * Has a server read its configuration file again; nobody whose account stays is disconnected. `link` is one of the user `sys`.
 * Throws `unavailable` when the server does not answer, `invalid_config` with its words when it refuses the file: it goes on as before.
 */
export async function reloadServer({ nc }: Link): Promise<void> {
  const subject = `$SYS.REQ.SERVER.${nc.info?.server_id ?? ""}.RELOAD`;
  let text: string;
  try {
    text = (await nc.request(subject, "", { timeout: RELOAD_MS })).string();
  } catch (cause) {
    throw new TroupeError("unavailable", `nats-server does not answer a reload: ${messageOf(cause)}`, { cause });
  }
  const { error } = Answer.parse(JSON.parse(text));
  if (error === undefined) return;
  throw new TroupeError("invalid_config", `nats-server refuses its configuration: ${error.description ?? text}`);
}
