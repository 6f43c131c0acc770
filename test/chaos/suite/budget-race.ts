/** Many model calls at once that are together far more than their task may spend: what is spent is counted at the model. */
import type { OfflineRequest } from "@troupe/agents";
import type { Fault, Strike } from "./fault.ts";

export const budgetRace: Fault = {
  name: "budget-race",
  struck: "tasks",
  holdMs: [0, 0],
  async strike(bed): Promise<Strike> {
    const task = await bed.submitStray("racer", "Spend what there is.");
    const unseen = () => (callsByTask(bed.model.requests).has(task) ? undefined : "the model was never asked");
    return { target: "racer", heal: async () => undefined, unseen };
  },
};

/** Different calls that each task made, by the keys with which they came to the model: whoever takes a call over asks under the same one. */
export function callsByTask(requests: readonly OfflineRequest[]): ReadonlyMap<string, number> {
  const keys = new Map<string, Set<string>>();
  for (const { idempotencyKey = "", fault } of requests) {
    if (fault !== undefined) continue; // the model refused it, or broke off: it is refunded
    const task = idempotencyKey.slice(0, idempotencyKey.indexOf("/"));
    keys.set(task, (keys.get(task) ?? new Set()).add(idempotencyKey));
  }
  return new Map([...keys].map(([task, calls]) => [task, calls.size]));
}
