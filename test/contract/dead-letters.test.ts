/** The dead-letter desk on a real server: what was parked is kept with reason, path and journal; one decision; nothing is lost by a failed retry. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  AuditEntry,
  callService,
  type DeadLetterView,
  directGetAll,
  type TaskId,
  TroupeError,
} from "@troupe/runtime/internal";
import { runCommand } from "../support/cli-in-process.ts";
import { PeopleBed } from "../support/people-bed.ts";
import { until } from "../support/stack.ts";

let bed: PeopleBed;
before(async () => {
  bed = await PeopleBed.start("parking-system.ts");
});
after(() => bed[Symbol.asyncDispose]());

type Line = { readonly dead_letter_id: string; readonly task_id: string; readonly state: string };
const ask = async <T>(verb: string, body: object = {}): Promise<T> =>
  (await callService(bed.operator, bed.cluster.subjects.supervisor(verb), body)) as T;
const lettersOf = async (task: string, state?: string): Promise<readonly Line[]> => {
  const { dead_letters: all } = await ask<{ dead_letters: Line[] }>(
    "dead_letters",
    state === undefined ? {} : { state },
  );
  return all.filter((one) => one.task_id === task);
};

/** The one letter of the task that waits, once there is one beside those that are known. */
async function parked(task: string, known: readonly string[] = []): Promise<string> {
  let id: string | undefined;
  await until(`a dead letter of ${task}`, 15_000, async () => {
    id = (await lettersOf(task, "parked")).find((one) => !known.includes(one.dead_letter_id))?.dead_letter_id;
    return id !== undefined;
  });
  return id ?? "";
}

const work = (text: string, fails = true) => ({ text, fails });
const resultOf = async (task: string) => (await bed.cluster.done(task as TaskId)).result;
const decide = (act: string, id: string, body: object = {}) =>
  ask<{ outcome: string; task_id: string; dead_letter_id: string }>(`dead_letter_${act}`, {
    dead_letter_id: id,
    ...body,
  });
const isConflict = (error: unknown) => TroupeError.is(error, "conflict");

test("what no role takes waits: its task goes on waiting, and shows reason, path, message and journal", async () => {
  const task = await bed.submit("clerk", work("alpha"));
  const id = await parked(task);
  const view = await ask<DeadLetterView>("dead_letter", { dead_letter_id: id });
  assert.deepEqual([view.state, view.role, view.from, view.error.code], ["parked", "worker", "clerk", "tool_failed"]);
  assert.deepEqual(view.message, work("alpha"));
  assert.deepEqual(
    view.path.map(({ role }) => role),
    ["clerk", "worker"],
  );
  assert.deepEqual(
    view.journal.map(({ kind }) => kind),
    ["s.step", "c.dead"],
  );
  assert.equal((await bed.http("admin", "GET", `/tasks/${task}`)).body["status"], "waiting");
  await decide("drop", id);
});

test("edited and retried it goes on in its task, as content of the client that it is; the letter is handed on", async () => {
  const task = await bed.submit("clerk", work("beta"));
  const id = await parked(task);
  const mended = { message: work("beta", false), model: "advanced" };
  const retried = await decide("retry", task, mended);
  assert.deepEqual(
    [retried.outcome, retried.dead_letter_id],
    ["retried", id],
    "its task's id means the one that waits",
  );
  assert.deepEqual(await resultOf(task), { text: "beta", model: "advanced", from: "supervisor", taint: ["client"] });
  assert.deepEqual((await ask<DeadLetterView>("dead_letter", { dead_letter_id: id })).handed_on_to, "worker");
});

test("a retry that fails is a dead letter of its own, and the one before is kept", async () => {
  const task = await bed.submit("clerk", work("gamma"));
  const first = await parked(task);
  await decide("retry", first);
  const second = await parked(task, [first]);
  assert.notEqual(second, first);
  const again = await decide("retry", first);
  assert.equal(again.outcome, "retried", "asked twice it is one retry");
  await assert.rejects(decide("retry", first, { message: work("gamma", false) }), isConflict);
  await assert.rejects(decide("drop", first), isConflict);
  assert.deepEqual(
    (await lettersOf(task, "handed_on")).map((one) => one.dead_letter_id),
    [first],
  );
  assert.equal((await decide("answer", second, { result: { by: "hand" } })).outcome, "answered");
  const done = await bed.cluster.done(task);
  assert.deepEqual([done.status, done.result, done.by], ["completed", { by: "hand" }, "human"]);
});

test("two people at once: one decision", async () => {
  for (let round = 0; round < 5; round++) {
    const task = await bed.submit("clerk", work(`delta ${round}`));
    const id = await parked(task);
    const [retried, dropped] = await Promise.allSettled([
      decide("retry", id, { message: work("delta", false) }),
      decide("drop", id, { reason: "no" }),
    ]);
    const { status, error } = await bed.cluster.done(task);
    assert.deepEqual(
      [retried.status, dropped.status].toSorted(),
      ["fulfilled", "rejected"],
      JSON.stringify([retried, dropped]),
    );
    assert.equal(status, retried.status === "fulfilled" ? "completed" : "failed");
    if (status === "failed") assert.deepEqual(error?.details?.["dropped"], "no");
  }
});

test("dropped it fails with the error that was there; retried after its end it is a new task, one however often", async () => {
  const task = await bed.submit("clerk", work("epsilon"));
  const id = await parked(task);
  await decide("drop", id, { reason: "not wanted" });
  const { status, error } = await bed.cluster.done(task);
  assert.deepEqual([status, error?.code], ["failed", "tool_failed"]);
  await until("it is listed as ended", 15_000, async () => (await lettersOf(task))[0]?.state === "ended");
  await assert.rejects(decide("answer", id, { result: 1 }), isConflict);
  await assert.rejects(decide("retry", id, { message: work("x") }), isConflict);
  const first = await decide("retry", id);
  assert.equal(first.outcome, "resubmitted");
  assert.notEqual(first.task_id, task);
  assert.equal((await decide("retry", id)).task_id, first.task_id);
  await decide("drop", await parked(first.task_id));
});

test("a supervisor that comes later has the desk as it was", async () => {
  const task = await bed.submit("clerk", work("zeta"));
  const id = await parked(task);
  await bed.stopSupervisor();
  await bed.startSupervisor();
  assert.equal(await parked(task), id);
  await decide("answer", id, { result: "z" });
  assert.equal(await resultOf(task), "z");
});

test("over HTTP operators of the task's tenant decide, and nobody else; the audit says who", async () => {
  const task = await bed.submit("clerk", work("eta"));
  const id = await parked(task);
  const path = `/dead-letters/${id}`;
  assert.equal((await bed.http("sue", "GET", path)).status, 200);
  assert.equal((await bed.http("sue", "POST", `${path}/drop`, {})).status, 403);
  assert.equal((await bed.http("stranger", "GET", path)).body.code, "unknown_dead_letter");
  assert.equal((await bed.http("stranger", "POST", `${path}/drop`, {})).status, 404);
  const listed = await bed.http("stranger", "GET", "/dead-letters");
  assert.deepEqual(listed.body["dead_letters"], []);
  const dropped = await bed.http("otto", "POST", `${path}/drop`, { reason: "old" });
  assert.deepEqual([dropped.status, dropped.body["outcome"]], [200, "dropped"]);
  const { core, subjects } = bed.cluster;
  const entries = await directGetAll(core, subjects.stream("AUDIT"), { filter: subjects.auditEntry("supervisor") });
  const acts = entries
    .map(({ body }) => AuditEntry.parse(JSON.parse(Buffer.from(body).toString())).what)
    .flatMap((what) => (what.event === "operator_act" && what.about === id ? [[what.act, what.who.claimed]] : []));
  assert.deepEqual(acts.at(-1), ["dead_letter_drop", "http acme/otto"]);
});

test("the command line lists, shows, edits and answers", async () => {
  const { server, subjects } = bed.cluster;
  const flags = ["--nats", server.url, "--system", subjects.system, "--keys", join(server.storeDir, "keys.json")];
  const troupe = (...args: string[]) => runCommand([...args, ...flags]);
  const task = await bed.submit("clerk", work("theta"));
  const id = await parked(task);
  const [list, show] = await Promise.all([troupe("dead", "list", "--json"), troupe("dead", "show", id)]);
  assert.ok(list.stdout.includes(id), list.stderr);
  assert.match(show.stdout, /parked {2}worker {2}tool_failed: cannot do theta/);
  const edited = await troupe("dead", "edit", id, '{"text":"theta","fails":false}', "--reason", "mended");
  assert.match(edited.stdout, new RegExp(`retried: ${task}`), edited.stderr);
  assert.equal(((await resultOf(task)) as { text: string }).text, "theta");
  const late = await troupe("dead", "drop", id);
  assert.match(late.stderr, /given to worker already/);
});
