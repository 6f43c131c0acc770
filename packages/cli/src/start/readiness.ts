import { z } from "zod";
import type { Scope } from "../cli.ts";
import type { RunFile } from "../run-file.ts";
import { destinationOf, withClient } from "../task/run-task.ts";

const Health = z.looseObject({ actors: z.looseObject({ total: z.number(), available: z.number(), busy: z.number() }) });
const PATIENCE_MS = 10_000;
const POLL_MS = 50;

/**
 * Waits until every actor has been started, so that a first task's time is its own. Gives up after a while: a role that has no place is no
 * reason to keep the others waiting, and a task waits for its role by itself.
 */
export async function untilActorsAreThere(scope: Scope, run: RunFile): Promise<void> {
  const deadline = scope.clock.monotonicMs() + PATIENCE_MS;
  await withClient(await destinationOf(run), async (client) => {
    while (scope.clock.monotonicMs() < deadline) {
      const health = Health.safeParse(await client.health());
      const actors = health.data?.actors;
      if (actors && actors.total > 0 && actors.available + actors.busy >= actors.total) return;
      await scope.clock.sleep(POLL_MS, scope.interrupted);
    }
  });
}
