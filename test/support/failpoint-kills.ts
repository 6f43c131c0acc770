/** Hosts, or nodes with their hosts, that die at each failpoint of the roles of a system: what comes out is what comes out of a calm run. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { connectTroupe, type TaskId } from "@troupe/runtime";
import { setFailpoints, type Victim } from "./failpoint-files.ts";
import type { History } from "./history.ts";
import { type Violation, violationsOf } from "./invariants.ts";
import { deathsOf, type Kills } from "./played-roles.ts";
import { readHistory } from "./read-history.ts";
import { longestSilence } from "./silences.ts";
import { Stack } from "./stack.ts";

/** A node whose host has died five times in a minute rests for a minute. */
const NODES = 3;
/** One node alone must have room for every actor: two of three may be dead at once. */
const SLOTS = 4_096;
const RESULT_MS = 200_000;
/** On a machine that is busy with other things a door may be shut for a while. */
const PATIENCE_MS = 60_000;

export interface FailpointPlan {
  readonly victim: Victim;
  readonly system: string;
  readonly systemFile: string;
  readonly kills: Kills;
  readonly input: string | Readonly<Record<string, number>>;
  /** For a role that is played: whose host dies instead of its own. It is played as often, under the same numbers. */
  readonly struck?: Readonly<Record<string, string>>;
  /** How calm runs end, `<status> <result or code>`, where it is not enough that they complete. */
  readonly ends?: Readonly<Record<string, RegExp>>;
  /** Violations of the log's invariants that are as they should be. */
  readonly isMeant?: (violation: Violation) => boolean;
}

/** Runs each role once calm, then each of those that play it. Throws an assertion error with what was violated. */
export async function killAtEachFailpoint(t: TestContext, plan: FailpointPlan): Promise<void> {
  const { victim, system, systemFile, kills, input, ends = {}, isMeant = () => false } = plan;
  const deaths = deathsOf(kills, plan.struck);
  const struckRoles = deaths.map(({ struck }) => struck);
  const failpoints = await setFailpoints(t, victim, struckRoles);
  await using stack = await Stack.start({ system, nodes: NODES, slots: SLOTS, systemFile });
  const { server, subjects, core } = stack;
  const client = await connectTroupe({ url: server.url, system: subjects.system, patienceMs: PATIENCE_MS });
  const tasks = new Map<TaskId, string>();
  const endOf = async (role: string): Promise<string> => {
    const { task_id } = await client.submit(role, input);
    tasks.set(task_id, role);
    const { status, result, error } = await client.result(task_id, { signal: AbortSignal.timeout(RESULT_MS) });
    return `${status} ${JSON.stringify(result ?? error?.code)}`;
  };
  try {
    const calm = new Map<string, string>();
    for (const played of Object.keys(kills)) {
      const end = await endOf(played);
      assert.match(end, ends[played] ?? /^completed /, played);
      calm.set(played, end);
    }
    // One after the other: a task that dies with another one's host has done nothing to deserve it.
    for (const { played, role, of, struck } of deaths) {
      const end = await endOf(role);
      assert.equal(end.replaceAll(role, played).replaceAll(struck.role, of), calm.get(played), role);
      await failpoints.passed(stack, struck);
    }
    const { history } = await readHistory(core, subjects, 1);
    const violations = violationsOf(history, tasks.keys()).filter((violation) => !isMeant(violation));
    assert.deepEqual(violations.slice(0, 10), []);
    t.diagnostic(`${await failpoints.killed()} ${victim}s were killed`);
    for (const line of silencesIn(history, tasks)) t.diagnostic(line);
  } catch (error) {
    t.diagnostic(stack.logs());
    throw error;
  } finally {
    await client.close();
  }
}

/** The tasks that stood still longest. */
const silencesIn = (history: History, tasks: ReadonlyMap<TaskId, string>): readonly string[] =>
  [...tasks]
    .flatMap(([task, role]) => {
      const known = history.tasks.get(task);
      return known === undefined ? [] : [{ role, ...longestSilence(known) }];
    })
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, 5)
    .map(({ role, ms, between }) => `${role}: nothing for ${Math.round(ms)} ms between ${between}`);
