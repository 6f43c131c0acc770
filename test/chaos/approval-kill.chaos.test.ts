/**
 * Everything that can ask a person, while hosts, or nodes with their hosts, die at every failpoint around question, answer and act, and while
 * leader, nodes, gateway and server die around the answer: one decision, nothing done before it, the act done once, or known to be in doubt.
 */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { startOfflineModel } from "@troupe/agents";
import { connectTroupe, type TaskId, type TaskView, type TroupeClient, TroupeError } from "@troupe/runtime";
import { ApprovalView, callService, type Link, openLink, PLACE_OF_USER } from "@troupe/runtime/internal";
import { type Asking, IN_DOUBT, KILLS, roleOf } from "../support/approval-kill-system.ts";
import { type Failpoints, setFailpoints, VICTIMS } from "../support/failpoint-files.ts";
import { silentLogger } from "../support/nats-server.ts";
import { Stack, until } from "../support/stack.ts";

const SYSTEM_FILE = fileURLToPath(new URL("../support/approval-kill-system.ts", import.meta.url));
/** A node whose host has died five times in a minute rests for a minute. */
const NODES = 3;
/** One node alone must have room for every actor: two of three may be dead at once. */
const SLOTS = 4_096;
const RESULT_MS = 200_000;
/** On a machine that is busy with other things a door may be shut for a while. */
const PATIENCE_MS = 60_000;
const ASKING = Object.keys(KILLS) as Asking[];
const DEATHS = ASKING.flatMap((asking) =>
  KILLS[asking].map((places, group) => ({ asking, role: roleOf(asking, group), places })),
);

interface Bed {
  readonly stack: Stack;
  readonly client: TroupeClient;
  readonly operator: Link;
  readonly folder: string;
}

const fileOf = ({ folder }: Bed, role: string): string => join(folder, `${role}.acts`);

function submit(bed: Bed, role: string, asking: Asking, more: { readonly timeoutMs?: number } = {}): Promise<TaskId> {
  const file = fileOf(bed, role);
  const input =
    asking === "tool" ? `Please. [[tool write ${JSON.stringify({ file, line: role })}]]` : { file, ...more };
  return bed.client.submit(role, input).then(({ task_id }) => task_id);
}

async function actsOf(bed: Bed, role: string): Promise<number> {
  const text = await readFile(fileOf(bed, role), "utf8").catch(() => "");
  return text.split("\n").filter(Boolean).length;
}

/** A role in which every host that is to die has died. */
const calmOf = (asking: Asking): string => roleOf(asking, 0);

/** The one approval that the task waits for, once it does. */
async function waiting({ stack, operator }: Bed, task: TaskId): Promise<ApprovalView> {
  let view: ApprovalView | undefined;
  await until(`${task} to wait for a person`, RESULT_MS, async () => {
    const answer = await callService(operator, stack.subjects.approvalVerb("show"), { approval_id: task });
    view = ApprovalView.parse(answer);
    return true;
  });
  return view ?? assert.fail("unreachable");
}

type Verdict = "approve" | "deny";

const decide = async ({ stack, operator }: Bed, { approval_id, hash }: ApprovalView, verdict: Verdict) =>
  ApprovalView.parse(
    await callService(operator, stack.subjects.approvalVerb("decide"), { approval_id, hash, verdict }),
  );

/** Decides once somebody takes it: while servers and gateways come back nobody does. */
async function decideAtLast(bed: Bed, view: ApprovalView): Promise<void> {
  await until("the decision", PATIENCE_MS, async () => (await decide(bed, view, "approve")).state === "approved");
}

const ended = ({ client }: Bed, task: TaskId): Promise<TaskView> =>
  client.result(task, { signal: AbortSignal.timeout(RESULT_MS) });

/** Lets a role ask and approves it; the task's end, and how often it acted. */
async function approved(bed: Bed, role: string, asking: Asking): Promise<{ view: TaskView; acts: number }> {
  const before = await actsOf(bed, role);
  const task = await submit(bed, role, asking);
  const view = await waiting(bed, task);
  assert.equal(await actsOf(bed, role), before, `${role} acted before anybody had decided`);
  await decideAtLast(bed, view);
  return { view: await ended(bed, task), acts: (await actsOf(bed, role)) - before };
}

async function open(t: TestContext): Promise<Bed> {
  const folder = await mkdtemp(join(tmpdir(), "troupe-approval-kill-"));
  t.after(() => rm(folder, { recursive: true }));
  const model = await startOfflineModel();
  t.after(() => model.close());
  process.env["TROUPE_MODEL_MODE"] = "offline";
  process.env["TROUPE_OFFLINE_URL"] = model.url;
  const stack = await Stack.start({ system: "approvals", nodes: NODES, slots: SLOTS, systemFile: SYSTEM_FILE });
  t.after(() => stack[Symbol.asyncDispose]());
  const { server, subjects } = stack;
  const client = await connectTroupe({ url: server.url, system: subjects.system, patienceMs: PATIENCE_MS });
  t.after(() => client.close());
  const operator = await openLink({
    servers: server.url,
    name: "test/operator",
    seed: server.seedOf("operator"),
    ...PLACE_OF_USER.operator,
    logger: silentLogger,
  });
  t.after(() => operator.close());
  return { stack, client, operator, folder };
}

async function killedAround(bed: Bed, failpoints: Failpoints): Promise<void> {
  const results = new Map<Asking, unknown>();
  // One after the other: a task that dies with another one's host has done nothing to deserve it.
  for (const death of DEATHS) {
    const { asking, role } = death;
    const { view, acts } = await approved(bed, role, asking);
    const { status, error, result } = view;
    if (IN_DOUBT.has(role)) {
      assert.deepEqual([role, status, error?.code], [role, "failed", "effect_in_doubt"]);
      assert.ok(acts <= 1, `${role} acted ${acts} times`);
    } else {
      assert.deepEqual([role, status, acts], [role, "completed", 1], JSON.stringify(view));
      results.set(asking, results.get(asking) ?? result);
      assert.deepEqual(result, results.get(asking), role);
    }
    await failpoints.passed(bed.stack, death);
  }
  for (const asking of ASKING) {
    const { view, acts } = await approved(bed, calmOf(asking), asking);
    assert.deepEqual([asking, acts, view.result], [asking, 1, results.get(asking)], "a calm run ends otherwise");
  }
}

/** What dies while a task waits; it is started again after the decision, or before it where nobody could take it. */
const FAULTS: Readonly<Record<string, (bed: Bed, decideNow: () => Promise<void>) => Promise<void>>> = {
  "the leader dies before the answer and comes back after it": async ({ stack }, decideNow) => {
    await stack.supervisor.killGroup();
    await decideNow();
    stack.supervisor.start();
  },
  "leader and nodes die before the answer and come back after it": async ({ stack }, decideNow) => {
    await Promise.all([stack.supervisor, ...stack.nodes].map((part) => part.killGroup()));
    await decideNow();
    for (const part of [stack.supervisor, ...stack.nodes]) part.start();
  },
  "nodes die before the answer, and the leader right after it": async ({ stack }, decideNow) => {
    await Promise.all(stack.nodes.map((node) => node.killGroup()));
    await decideNow();
    await stack.supervisor.killGroup();
    for (const part of [...stack.nodes, stack.supervisor]) part.start();
  },
  "the gateway dies before the answer": async ({ stack }, decideNow) => {
    await stack.gateway.killGroup();
    stack.gateway.start();
    await decideNow();
  },
  "the server dies before the answer": async ({ stack }, decideNow) => {
    process.kill(stack.server.pid, "SIGKILL");
    await decideNow();
  },
  "the server dies right after the answer": async ({ stack }, decideNow) => {
    await decideNow();
    process.kill(stack.server.pid, "SIGKILL");
  },
};

async function killedMeanwhile(bed: Bed): Promise<void> {
  const role = calmOf("handler");
  for (const [what, fault] of Object.entries(FAULTS)) {
    const before = await actsOf(bed, role);
    const task = await submit(bed, role, "handler");
    const view = await waiting(bed, task);
    await fault(bed, () => decideAtLast(bed, view));
    const end = await ended(bed, task);
    assert.deepEqual([what, end.status, end.result], [what, "completed", { did: true }]);
    assert.equal((await actsOf(bed, role)) - before, 1, what);
    await bed.stack.isWhole(120_000);
    // Said again it is the same decision; the opposite comes too late.
    await decideAtLast(bed, view);
    await assert.rejects(decide(bed, view, "deny"), (error) => TroupeError.is(error, "conflict"));
  }
}

/** Nobody leads and nobody runs while the time passes: it is over all the same. */
async function neverAfterItsTime(bed: Bed): Promise<void> {
  const role = calmOf("handler");
  const before = await actsOf(bed, role);
  const task = await submit(bed, role, "handler", { timeoutMs: 5_000 });
  const view = await waiting(bed, task);
  const { stack } = bed;
  await Promise.all([stack.supervisor, ...stack.nodes].map((part) => part.killGroup()));
  const overAtMs = Date.parse(view.expires_at ?? "");
  await until("its time to be over", 20_000, () => Promise.resolve(Date.now() > overAtMs));
  await assert.rejects(decide(bed, view, "approve"), (error) => TroupeError.is(error, "approval_expired"));
  for (const part of [stack.supervisor, ...stack.nodes]) part.start();
  const end = await ended(bed, task);
  assert.deepEqual([end.status, end.result], ["completed", { did: false, why: "expired" }]);
  assert.equal(await actsOf(bed, role), before);
}

async function within(t: TestContext, during: (bed: Bed) => Promise<void>): Promise<void> {
  const bed = await open(t);
  try {
    await during(bed);
  } catch (error) {
    t.diagnostic(bed.stack.logs());
    throw error;
  }
}

for (const victim of VICTIMS) {
  it(`whatever asks a person, and whichever ${victim} dies around question, answer and act: nothing is done before the decision, the act once`, {
    timeout: 1_800_000,
  }, async (t) => {
    const failpoints = await setFailpoints(t, victim, DEATHS);
    await within(t, (bed) => killedAround(bed, failpoints));
  });
}

it(
  "whatever dies around the answer, and while its time passes: one decision, the act once, none after its time",
  {
    timeout: 900_000,
  },
  (t) =>
    within(t, async (bed) => {
      await killedMeanwhile(bed);
      await neverAfterItsTime(bed);
    }),
);
