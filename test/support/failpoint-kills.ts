/** Hosts that die at each failpoint of the roles of a system: what comes out is what comes out of a calm run. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { connectTroupe, type TaskId } from "@troupe/runtime";
import { type Violation, violationsOf } from "./invariants.ts";
import { deathsOf, type Kills } from "./played-roles.ts";
import { readHistory } from "./read-history.ts";
import { Stack, until } from "./stack.ts";

/** A node whose host has died five times in a minute rests for a minute. */
const NODES = 3;
const RESULT_MS = 200_000;
const DEATH_MS = 30_000;

export interface FailpointPlan {
  readonly system: string;
  readonly systemFile: string;
  readonly kills: Kills;
  readonly input: string | Readonly<Record<string, number>>;
  /** Violations of the log's invariants that are as they should be. */
  readonly isMeant?: (violation: Violation) => boolean;
}

/** Runs each role once calm, then each of those that play it. Throws an assertion error with what was violated. */
export async function killAtEachFailpoint(t: TestContext, plan: FailpointPlan): Promise<void> {
  const { system, systemFile, kills, input, isMeant = () => false } = plan;
  const deaths = deathsOf(kills);
  const folder = await mkdtemp(join(tmpdir(), "troupe-failpoints-"));
  t.after(() => rm(folder, { recursive: true }));
  process.env["TROUPE_FAILPOINTS"] = deaths
    .flatMap(({ role, places }) => places.map((place) => `${role}:${place}:${join(folder, `${role}.${place}`)}`))
    .join(",");
  t.after(() => delete process.env["TROUPE_FAILPOINTS"]);
  await using stack = await Stack.start({ system, nodes: NODES, systemFile });
  const { server, subjects, core } = stack;
  const client = await connectTroupe({ url: server.url, system: subjects.system });
  const tasks: TaskId[] = [];
  const resultOf = async (role: string, played: string): Promise<string> => {
    const { task_id } = await client.submit(role, input);
    tasks.push(task_id);
    const view = await client.result(task_id, { signal: AbortSignal.timeout(RESULT_MS) });
    assert.equal(view.status, "completed", `${role}: ${JSON.stringify(view)}`);
    return JSON.stringify(view.result).replaceAll(role, played);
  };
  try {
    const calm = new Map<string, string>();
    for (const played of Object.keys(kills)) calm.set(played, await resultOf(played, played));
    // One after the other: a task that dies with another one's host has done nothing to deserve it.
    for (const { played, role } of deaths) assert.equal(await resultOf(role, played), calm.get(played), role);
    // A task has ended once its commit is stored: who dies behind that may die a moment later.
    for (const { role, places } of deaths)
      for (const place of places)
        await until(`a host killed at ${role} ${place}`, DEATH_MS, () => isThere(folder, `${role}.${place}`));
    const { history } = await readHistory(core, subjects, 1);
    const violations = violationsOf(history, tasks).filter((violation) => !isMeant(violation));
    assert.deepEqual(violations.slice(0, 10), []);
    t.diagnostic(`${(await readdir(folder)).length} hosts were killed`);
  } catch (error) {
    t.diagnostic(stack.logs());
    throw error;
  } finally {
    await client.close();
  }
}

const isThere = async (folder: string, file: string): Promise<boolean> => (await readdir(folder)).includes(file);
