/** The load that frozen processes are tried under: tasks whose effects take 1 to 3 s, so that they do not march in step. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { History } from "./history.ts";
import { isObject, violationsOf } from "./invariants.ts";
import { LoadClient } from "./load-client.ts";
import { readHistory } from "./read-history.ts";
import type { Stack } from "./stack.ts";

export const FREEZE_FILE = fileURLToPath(new URL("freeze-system.ts", import.meta.url));
export const LONGEST_WORK_MS = 3_000;

const workMs = (number: number) => 1_000 + ((number * 377) % 2_000);

/** 32 clients whose tasks note each effect in a file. */
export const freezeLoad = ({ server, subjects, core }: Stack, effects: string): Promise<LoadClient> =>
  LoadClient.open({
    natsUrl: server.url,
    subjects,
    core,
    inFlight: 32,
    door: "boss",
    input: (number) => ({ workMs: workMs(number), effects }),
  });

/** Reads the log, which must hold to every invariant and tell that each task was completed. */
export async function wholeHistory(stack: Stack, load: LoadClient): Promise<History> {
  const { history } = await readHistory(stack.core, stack.subjects);
  const violations = violationsOf(history, load.accepted);
  assert.deepEqual(violations.slice(0, 10), [], `${violations.length} violations\n${stack.logs()}`);
  const ends = [...history.tasks.values()].flatMap((task) => task.ends.map((end) => end.body));
  assert.ok(
    ends.every((body) => isObject(body) && body["status"] === "completed"),
    "every task completes",
  );
  return history;
}
