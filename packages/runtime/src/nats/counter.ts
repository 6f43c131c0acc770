import { headers } from "@nats-io/transport-node";
import { z } from "zod";
import { messageOf, TroupeError } from "../errors.ts";
import type { Link } from "./connection.ts";

const ANSWER_MS = 1_000;
const Counted = z.object({
  val: z
    .string()
    .regex(/^-?\d{1,15}$/)
    .transform(Number),
});

/**
 * Adds to a counter of the server (ADR-49), in a stream that allows them; its value afterwards. One round trip, no conflicts. Throws
 * `unavailable`: whether it was counted is then not known.
 */
export async function addToCounter(link: Link, subject: string, amount: number): Promise<number> {
  const increment = headers();
  increment.set("Nats-Incr", amount < 0 ? String(amount) : `+${amount}`);
  try {
    const answer = await link.nc.request(subject, "", { headers: increment, timeout: ANSWER_MS });
    return Counted.parse(answer.json()).val;
  } catch (cause) {
    throw new TroupeError("unavailable", `counter ${subject} does not answer: ${messageOf(cause)}`, { cause });
  }
}
