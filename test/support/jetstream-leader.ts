import type { Link } from "@troupe/runtime/internal";
import { until } from "./stack.ts";

/** Resolves when the servers that the link leads to have chosen who leads their streams. */
export const untilJetStreamLeads = ({ nc, apiPrefix }: Link, limitMs: number): Promise<void> =>
  until("a leader of the streams", limitMs, async () => {
    const answer = await nc.request(`${apiPrefix}.INFO`, "", { timeout: 1_000 });
    return !answer.string().includes('"error"');
  });
