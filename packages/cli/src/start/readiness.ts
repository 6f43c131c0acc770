import { z } from "zod";
import type { Scope } from "../cli.ts";
import type { RunFile } from "../run-file.ts";
import { destinationOf, withClient } from "../task/run-task.ts";

const Health = z.looseObject({
  nodes: z.looseObject({ up: z.number() }),
  actors: z.looseObject({ total: z.number(), available: z.number(), busy: z.number() }),
});
type Health = z.infer<typeof Health>;
const ACTORS_MS = 10_000;
const NODES_MS = 5_000;
const POLL_MS = 50;

/**
 * Waits until the nodes have joined, so that a first deployment is spread over all of them. Gives up after a while: a node that comes later
 * gets its share then.
 */
export function untilNodesAreThere(scope: Scope, run: RunFile, nodes: number): Promise<void> {
  return untilHealth(scope, run, NODES_MS, ({ nodes: { up } }) => up >= nodes);
}

/**
 * Waits until every actor has been started, so that a first task's time is its own. Gives up after a while: a role that has no place is no
 * reason to keep the others waiting, and a task waits for its role by itself.
 */
export function untilActorsAreThere(scope: Scope, run: RunFile): Promise<void> {
  return untilHealth(
    scope,
    run,
    ACTORS_MS,
    ({ actors }) => actors.total > 0 && actors.available + actors.busy >= actors.total,
  );
}

async function untilHealth(
  scope: Scope,
  run: RunFile,
  limitMs: number,
  isReached: (health: Health) => boolean,
): Promise<void> {
  const deadline = scope.clock.monotonicMs() + limitMs;
  await withClient(await destinationOf(run), async (client) => {
    while (scope.clock.monotonicMs() < deadline) {
      const health = Health.safeParse(await client.health());
      if (health.success && isReached(health.data)) return;
      await scope.clock.sleep(POLL_MS, scope.interrupted);
    }
  });
}
