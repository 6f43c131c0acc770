import assert from "node:assert/strict";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Answer } from "../support/failing-system.ts";
import { Stack, until } from "../support/stack.ts";

const FAILING = fileURLToPath(new URL("../support/failing-system.ts", import.meta.url));
const Actors = z.object({
  actors: z.array(
    z.object({ id: z.string(), node: z.string().nullable(), state: z.string(), reason: z.string().optional() }),
  ),
});

it("an actor that gets stuck again and again climbs the ladder to quarantine; its mailbox is kept until it is released", {
  timeout: 180_000,
}, async () => {
  await using stack = await Stack.start({ system: "recover", nodes: 2, systemFile: FAILING });
  const { client, subjects } = stack;
  const lone = async () => {
    const answer = await client.nc.request(subjects.supervisor("actors"), "", { timeout: 2_000 });
    const found = Actors.parse(answer.json()).actors.find(({ id }) => id.endsWith("/lone/0"));
    assert.ok(found);
    return found;
  };
  const submit = async (order: { do: string }): Promise<string> => {
    const answer = await client.nc.request(subjects.tasks("lone", "submit"), JSON.stringify({ input: order }), {
      timeout: 5_000,
    });
    return answer.json<{ task_id: string }>().task_id;
  };
  const resultOf = async (task: string): Promise<Answer> => {
    let result: Answer | undefined;
    await until(`the end of ${task}`, 40_000, async () => {
      const answer = await client.nc.request(subjects.taskVerb("get"), JSON.stringify({ task_id: task }), {
        timeout: 2_000,
      });
      const view = answer.json<{ status: string; result?: Answer }>();
      result = view.result;
      return view.status === "completed";
    });
    assert.ok(result);
    return result;
  };
  const answer = async () => resultOf(await submit({ do: "answer" }));

  const [home, first] = [(await lone()).node, await answer()];
  // Stuck on its first attempt, done with the second: nothing is lost on the way up.
  await resultOf(await submit({ do: "hang" }));
  await resultOf(await submit({ do: "hang" }));
  let pid = first.pid;
  await until("a process of its own", 40_000, async () => (pid = (await answer()).pid) !== first.pid);
  assert.equal((await lone()).node, home);

  await resultOf(await submit({ do: "hang" }));
  await until("another node", 40_000, async () => {
    const { node, state } = await lone();
    return node !== null && node !== home && state === "available";
  });

  // The first may still be the old one's, and is then old news.
  const last: string[] = [];
  await until("quarantine", 40_000, async () => {
    last.push(await submit({ do: "hang" }));
    await until("quarantine", 15_000, async () => (await lone()).state === "quarantined");
    return true;
  });
  assert.match((await lone()).reason ?? "", /next trial .* no progress for 1000 ms/);
  const kept = await submit({ do: "answer" });

  await stack.said("restart", "lone/0");
  assert.notEqual((await resultOf(kept)).pid, pid);
  for (const task of last) assert.ok(await resultOf(task));
});
