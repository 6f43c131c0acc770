import assert from "node:assert/strict";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { connectTroupe, type TaskId, type TroupeClient } from "@troupe/runtime";
import { violationsOf } from "../support/invariants.ts";
import type { PartProcess } from "../support/part-process.ts";
import { readHistory } from "../support/read-history.ts";
import { Stack, until } from "../support/stack.ts";

const SYSTEM_FILE = fileURLToPath(new URL("../support/patterns-system.ts", import.meta.url));
const DOORS = ["editor", "lead", "panel", "poll", "floor", "room", "board", "works"];

/** Process id of the node's newest host, as its log tells. */
function hostOf(node: PartProcess): number {
  const pid = [...node.log.matchAll(/"pid":(\d+)[^\n]*"host started"/g)].at(-1)?.[1];
  assert.ok(pid !== undefined, `${node.name} has started no host:\n${node.log}`);
  return Number(pid);
}

const submitAll = (client: TroupeClient, slowMs: number): Promise<TaskId[]> =>
  Promise.all(DOORS.map(async (door) => (await client.submit(door, { slowMs })).task_id));

async function resultsOf(client: TroupeClient, tasks: readonly TaskId[]): Promise<unknown[]> {
  const views = await Promise.all(tasks.map((task) => client.result(task, { signal: AbortSignal.timeout(60_000) })));
  return views.map((view) => {
    assert.equal(view.status, "completed", JSON.stringify(view));
    assert.ok(view.result !== undefined && view.result !== null, "a completed task has a result");
    return view.result;
  });
}

it("hosts killed in the middle of joins change no pattern's result and repeat no recorded answer", {
  timeout: 150_000,
}, async (t) => {
  await using stack = await Stack.start({ system: "patterns", nodes: 2, systemFile: SYSTEM_FILE });
  const { server, subjects, core, nodes } = stack;
  const client = await connectTroupe({ url: server.url, system: subjects.system });
  try {
    const calm = await submitAll(client, 10);
    const expected = await resultsOf(client, calm);

    // The leader's timer answers for a role that is late, and the call that nobody waits for any more is ended.
    const { task_id: late } = await client.submit("hasty", { input: { slowMs: 60_000 } });
    assert.deepEqual(await resultsOf(client, [late]), [{ failed: "deadline_exceeded" }]);

    const struck = await submitAll(client, 3_000);
    const records = async () => {
      const { history } = await readHistory(core, subjects, 1);
      return struck.flatMap((task) => history.tasks.get(task)?.records ?? []);
    };
    // In the middle of the joins: every pattern waits, and some have recorded a part of the answers.
    await until("every pattern to wait, some with a part of their answers", 20_000, async () => {
      const seen = await records();
      const waiting = new Set(seen.filter(({ at }) => at.name.kind === "wait").map(({ at }) => at.task));
      return waiting.size === struck.length && seen.some(({ at }) => at.name.kind === "got");
    });
    const endedBefore = (await records()).filter(({ at }) => at.name.kind === "done").length;
    for (const node of nodes) process.kill(hostOf(node), "SIGKILL");

    assert.deepEqual(await resultsOf(client, struck), expected);
    const { history } = await readHistory(core, subjects, 1);
    assert.deepEqual(violationsOf(history, [...calm, late, ...struck]).slice(0, 10), []);
    const takenOver = (await records()).filter(({ at }) => at.name.kind === "claim" && at.from === "slow").length;
    t.diagnostic(`${endedBefore} had ended before the kill, ${takenOver} slow workers were taken over`);
    assert.equal(endedBefore, 0, "tasks ended before the kill: the run proves nothing of them");
    assert.ok(takenOver > 0, "no worker was taken over: the run proves nothing");
  } catch (error) {
    t.diagnostic(stack.logs());
    throw error;
  } finally {
    await client.close();
  }
});
