/** The zombie of every story: a node that is stopped inside long steps, until somebody else has taken one of them over, and then goes on at once. */
import { until } from "../../support/stack.ts";
import { type Fault, MissedStrike, type Strike } from "./fault.ts";
import { beginLongSteps, isTakenOver, underWay } from "./long-steps.ts";

/** Longer than anybody needs to miss the node, so that it comes back while the other executor is still at work. */
const WORK_MS = 6_000;
const TAKEN_OVER_MS = 30_000;

export const stepFrozen: Fault = {
  name: "step-frozen",
  struck: "node",
  holdMs: [4_000, 8_000],
  async strike(bed, random): Promise<Strike> {
    const { tasks, node } = await beginLongSteps(bed, random, WORK_MS);
    const { pid } = node.process;
    process.kill(-pid, "SIGSTOP");
    const stopped = await underWay(bed, tasks).catch(() => []);
    if (stopped.length === 0) {
      process.kill(-pid, "SIGCONT");
      throw new MissedStrike(node.name, "its steps ended before it was stopped");
    }
    const takenOver = until("a take-over", TAKEN_OVER_MS, () => isTakenOver(bed, stopped))
      .then(
        () => undefined,
        () => "nobody took its steps over",
      )
      .finally(() => process.kill(-pid, "SIGCONT"));
    let missing: string | undefined;
    return {
      target: node.name,
      async heal() {
        missing = await takenOver;
      },
      unseen: () => missing,
    };
  },
};
