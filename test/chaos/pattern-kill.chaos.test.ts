/**
 * The host of a pattern's coordinator, of a workflow and of a role that escalation rules fire in, killed at every failpoint that its hops
 * pass: the result is that of a calm run.
 */
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { connectTroupe, type TaskId } from "@troupe/runtime";
import { type Violation, violationsOf } from "../support/invariants.ts";
import { KILLS, roleOf } from "../support/pattern-kill-system.ts";
import { readHistory } from "../support/read-history.ts";
import { Stack } from "../support/stack.ts";

const SYSTEM_FILE = fileURLToPath(new URL("../support/pattern-kill-system.ts", import.meta.url));

/** A node whose host has died five times in a minute rests for a minute. */
const NODES = 3;
const RESULT_MS = 200_000;
const DEATHS = Object.entries(KILLS).flatMap(([door, groups]) =>
  groups.map((places, group) => ({ door, role: roleOf(door, group), places })),
);

/** A result as text, whoever of the roles that play a door gave it. */
const said = (result: unknown, role: string, door: string): string =>
  JSON.stringify(result).replaceAll(`"${role}"`, `"${door}"`);

/** A rule that retries runs the same handler again, with steps of the same names: as it should be. */
const isRetried = ({ invariant, detail }: Violation) => invariant === "steps once" && detail.includes(" of unsure");

it("patterns, stages and escalations end the same way when their host is killed at each failpoint", {
  timeout: 900_000,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "troupe-pattern-kill-"));
  t.after(() => rm(folder, { recursive: true }));
  process.env["TROUPE_FAILPOINTS"] = DEATHS.flatMap(({ role, places }) =>
    places.map((place) => `${role}:${place}:${join(folder, `${role}.${place}`)}`),
  ).join(",");
  t.after(() => delete process.env["TROUPE_FAILPOINTS"]);
  await using stack = await Stack.start({ system: "patterns", nodes: NODES, systemFile: SYSTEM_FILE });
  const { server, subjects, core } = stack;
  const client = await connectTroupe({ url: server.url, system: subjects.system });
  const tasks: TaskId[] = [];
  const resultOf = async (door: string): Promise<unknown> => {
    const { task_id } = await client.submit(door, { slowMs: 20 });
    tasks.push(task_id);
    const view = await client.result(task_id, { signal: AbortSignal.timeout(RESULT_MS) });
    assert.equal(view.status, "completed", `${door}: ${JSON.stringify(view)}`);
    return view.result;
  };
  try {
    const calm = new Map<string, unknown>();
    for (const door of Object.keys(KILLS)) calm.set(door, await resultOf(door));
    // One after the other: a task that dies with another one's host has done nothing to deserve it.
    for (const { door, role } of DEATHS)
      assert.equal(said(await resultOf(role), role, door), said(calm.get(door), door, door));
    const died = new Set(await readdir(folder));
    for (const { role, places } of DEATHS)
      for (const place of places) assert.ok(died.has(`${role}.${place}`), `no host was killed at ${role} ${place}`);
    const { history } = await readHistory(core, subjects, 1);
    const violations = violationsOf(history, tasks).filter((violation) => !isRetried(violation));
    assert.deepEqual(violations.slice(0, 10), []);
    t.diagnostic(`${died.size} hosts were killed`);
  } catch (error) {
    t.diagnostic(stack.logs());
    throw error;
  } finally {
    await client.close();
  }
});
