/** Approvals on real servers, gateways, supervisor and hosts: one decision, by who may, in time; no act before it, and none without it. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type ApprovalView, AuditEntry, callService, directGetAll, type TaskId } from "@troupe/runtime/internal";
import { PeopleBed } from "../support/people-bed.ts";
import { until } from "../support/stack.ts";

const HOUR_MS = 3_600_000;

let bed: PeopleBed;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "troupe-approvals-"));
  bed = await PeopleBed.start("approving-system.ts");
});
after(async () => {
  await bed[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const order = (rule: object = {}) => ({ act: { transfer: 100 }, file: join(folder, "acts"), rule });
const actsOf = async (task: TaskId): Promise<number> =>
  (await readFile(join(folder, "acts"), "utf8").catch(() => "")).split("\n").filter((line) => line === task).length;
const resultOf = async (task: TaskId) => (await bed.cluster.done(task)).result;

async function auditOf(approval: string): Promise<readonly string[]> {
  const { core, subjects } = bed.cluster;
  const messages = await directGetAll(core, subjects.stream("AUDIT"), { filter: `${subjects.system}.audit.entry.*` });
  return messages.flatMap(({ body }) => {
    const { what } = AuditEntry.parse(JSON.parse(Buffer.from(body).toString()));
    return what.event === "approval" && what.approval === approval
      ? [`${what.verdict} ${what.who.user ?? ""}`.trim()]
      : [];
  });
}

test("a task waits for a person, who is shown the exact act; approved, it acts once", async () => {
  const task = await bed.submit("asker", order());
  const view = await bed.waiting(task);
  assert.deepEqual(
    [view.act, view.state, view.role, view.requested_by],
    [{ transfer: 100 }, "pending", "asker", "sue"],
  );
  assert.ok((await bed.listed()).includes(view.approval_id));
  assert.equal(await actsOf(task), 0);
  const decided = await bed.decide("ann", view, "approve");
  assert.deepEqual([decided.status, decided.body["state"]], [200, "approved"]);
  assert.deepEqual(await resultOf(task), { did: true, by: ["ann"] });
  assert.equal(await actsOf(task), 1);
  await until("request and decision in the audit", 15_000, async () => (await auditOf(view.approval_id)).length >= 2);
  assert.deepEqual((await auditOf(view.approval_id)).toSorted(), ["approved ann", "requested"]);
  assert.ok(!(await bed.listed()).includes(view.approval_id));
});

test("a no is told with its reason, and nothing is done", async () => {
  const task = await bed.submit("asker", order());
  const view = await bed.waiting(task);
  await bed.decide("bob", view, "deny");
  assert.deepEqual(await resultOf(task), { did: false, why: "denied", by: "bob" });
  assert.equal(await actsOf(task), 0);
});

test("who submitted a task, who lacks the permission, who is of another tenant and who is nobody do not decide", async () => {
  const task = await bed.submit("asker", order(), "admin");
  const view = await bed.waiting(task);
  const own = await bed.decide("admin", view, "approve");
  assert.deepEqual([own.status, own.body.code], [403, "forbidden"]);
  assert.match(own.text, /own request/);
  assert.equal((await bed.decide("vic", view, "approve")).status, 403);
  assert.equal((await bed.decide("sue", view, "approve")).status, 403);
  const stranger = await bed.decide("stranger", view, "approve");
  assert.deepEqual([stranger.status, stranger.body.code], [404, "unknown_approval"]);
  const path = `/approvals/${view.approval_id}/decision`;
  assert.equal((await bed.http(undefined, "POST", path, { verdict: "approve", hash: view.hash })).status, 403);
  assert.equal((await bed.waiting(task)).state, "pending");
  await bed.decide("ann", view, "deny");
  await resultOf(task);
});

test("a retry of an own task is still an own request", async () => {
  const first = await bed.submit("asker", order(), "admin");
  await bed.http("admin", "POST", `/tasks/${first}/cancel`);
  const retried = await bed.http("admin", "POST", `/tasks/${first}/retry`);
  const view = await bed.waiting(retried.body.task_id as TaskId);
  assert.equal((await bed.decide("admin", view, "approve")).status, 403);
  await bed.decide("ann", view, "deny");
});

test("a decision on another act than the one that waits is refused", async () => {
  const task = await bed.submit("asker", order());
  const view = await bed.waiting(task);
  const other = await bed.decide("ann", { ...view, hash: "0".repeat(64) }, "approve");
  assert.deepEqual([other.status, other.body.code], [409, "conflict"]);
  // The hash of one task's act is not that of the same act in another.
  const twin = await bed.waiting(await bed.submit("asker", order()));
  assert.notEqual(twin.hash, view.hash);
  assert.equal((await bed.decide("ann", { ...view, hash: twin.hash }, "approve")).status, 409);
  for (const one of [view, twin]) await bed.decide("ann", one, "deny");
});

test("two people at two gateways at once: one decision, which both are told, and the task goes by it", async () => {
  for (let round = 0; round < 8; round++) {
    const task = await bed.submit("asker", order());
    const view = await bed.waiting(task);
    const [yes, no] = await Promise.all([bed.decide("ann", view, "approve", 0), bed.decide("bob", view, "deny", 1)]);
    assert.deepEqual(
      [yes.status, no.status].toSorted((a, b) => a - b),
      [200, 409],
    );
    const isApproved = yes.status === 200;
    assert.deepEqual(
      await resultOf(task),
      isApproved ? { did: true, by: ["ann"] } : { did: false, why: "denied", by: "bob" },
    );
    assert.equal(await actsOf(task), isApproved ? 1 : 0);
    const replies = (await bed.cluster.records(task)).filter(({ subject }) => subject.name.kind === "reply");
    assert.equal(replies.length, 1);
  }
});

test("the same decision again is the same decision; the opposite one comes too late", async () => {
  const task = await bed.submit("asker", order());
  const view = await bed.waiting(task);
  assert.equal((await bed.decide("ann", view, "approve")).status, 200);
  assert.deepEqual(await resultOf(task), { did: true, by: ["ann"] });
  assert.equal((await bed.decide("ann", view, "approve", 1)).status, 200);
  const late = await bed.decide("ann", view, "deny");
  assert.deepEqual([late.status, late.body.code], [409, "conflict"]);
  assert.equal((await bed.decide("bob", view, "approve")).status, 409);
  assert.equal(await actsOf(task), 1);
});

test("two people have to agree: one of them twice is not enough, and a no of one ends it", async () => {
  const task = await bed.submit("asker", order({ approvals: 2 }));
  const view = await bed.waiting(task);
  const first = await Promise.all([bed.decide("ann", view, "approve", 0), bed.decide("ann", view, "approve", 1)]);
  assert.deepEqual(
    first.map(({ status }) => status),
    [200, 200],
  );
  const half = await bed.waiting(task);
  assert.deepEqual([half.state, half.approved, half.approvals], ["pending", 1, 2]);
  assert.equal(await actsOf(task), 0);
  assert.equal((await bed.decide("bob", view, "approve")).body["state"], "approved");
  assert.deepEqual(await resultOf(task), { did: true, by: ["ann", "bob"] });

  const other = await bed.submit("asker", order({ approvals: 2 }));
  const asked = await bed.waiting(other);
  await bed.decide("ann", asked, "approve");
  assert.equal((await bed.decide("bob", asked, "deny")).body["state"], "denied");
  assert.deepEqual(await resultOf(other), { did: false, why: "denied", by: "bob" });
});

test("only the named approvers decide; a group stands for its users", async () => {
  const task = await bed.submit("asker", order({ approvers: ["leads"] }));
  const view = await bed.waiting(task);
  assert.deepEqual(view.approvers, ["lea", "lou"]);
  const wrong = await bed.decide("ann", view, "approve");
  assert.deepEqual([wrong.status, wrong.body.code], [403, "forbidden"]);
  assert.equal((await bed.decide("lea", view, "approve")).status, 200);
  assert.deepEqual(await resultOf(task), { did: true, by: ["lea"] });
});

test("nobody in time: it is denied by the clock, it never runs, and a late yes is refused", async () => {
  const task = await bed.submit("asker", order({ timeoutMs: 400 }));
  const view = await bed.waiting(task);
  assert.deepEqual(await resultOf(task), { did: false, why: "expired", by: null });
  const late = await bed.decide("ann", view, "approve");
  assert.deepEqual([late.status, late.body.code], [409, "approval_expired"]);
  assert.equal(await actsOf(task), 0);
  await until("the expiry in the audit", 15_000, async () => (await auditOf(view.approval_id)).includes("expired"));
});

test("a yes that races with the clock: one of the two, and the task goes by it", async () => {
  for (let round = 0; round < 6; round++) {
    const task = await bed.submit("asker", order({ timeoutMs: 300 + round * 20 }));
    const view = await bed.waiting(task);
    const overMs = Date.parse(view.expires_at ?? "") - Date.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, overMs - 4)));
    const { status } = await bed.decide("ann", view, "approve", round % 2);
    const expected = status === 200 ? { did: true, by: ["ann"] } : { did: false, why: "expired", by: null };
    assert.deepEqual(await resultOf(task), expected);
    assert.equal(await actsOf(task), status === 200 ? 1 : 0);
    const replies = (await bed.cluster.records(task)).filter(({ subject }) => subject.name.kind === "reply");
    assert.equal(replies.length, 1);
  }
});

test("a time-out that escalates gives the task to the escalation role", async () => {
  const task = await bed.submit("asker", order({ timeoutMs: 300, onTimeout: "escalate" }));
  const result = JSON.stringify(await resultOf(task));
  assert.match(result, /"escalated":\{"reason":"nobody decided in time","role":"asker"/);
  assert.equal(await actsOf(task), 0);
});

test("a time-out that asks others: they may decide from then on, and not before", async () => {
  const task = await bed.submit(
    "asker",
    order({ approvers: ["bob"], timeoutMs: 1_500, onTimeout: { ask: ["leads"] } }),
  );
  const view = await bed.waiting(task);
  assert.equal((await bed.decide("lea", view, "approve")).status, 403);
  await until("the leads may decide", 15_000, async () => (await bed.decide("lea", view, "approve")).status === 200);
  assert.deepEqual(await resultOf(task), { did: true, by: ["lea"] });
  await until("that is in the audit", 15_000, async () => (await auditOf(view.approval_id)).includes("escalated"));
});

test("an edge that needs two people: the handler's answer goes out only as they saw it", async () => {
  const task = await bed.submit("editor", { text: "news" });
  const view = await bed.waiting(task);
  assert.deepEqual(view.act, { from: "editor", to: "client", message: { published: { text: "news" } } });
  await bed.decide("ann", view, "approve");
  await bed.decide("bob", view, "approve");
  assert.deepEqual(await resultOf(task), { published: { text: "news" } });

  const denied = await bed.submit("editor", { text: "lies" });
  await bed.decide("ann", await bed.waiting(denied), "deny");
  const { status, error } = await bed.cluster.done(denied);
  assert.deepEqual([status, error?.code], ["completed", undefined]);
  assert.match(JSON.stringify(await resultOf(denied)), /"escalated":.*ann denied editor → client/);
});

test("a call on an edge that needs a person is made only when one agrees", async () => {
  const task = await bed.submit("caller", "hello");
  const view = await bed.waiting(task);
  assert.deepEqual(view.act, { from: "caller", to: "editor", message: "hello" });
  assert.equal(
    (await bed.cluster.records(task)).some(({ subject }) => subject.name.kind === "call"),
    false,
  );
  await bed.decide("lea", view, "deny");
  assert.match(JSON.stringify(await resultOf(task)), /lea denied caller → editor/);
});

test("over NATS the operator decides, as whom the server says it is, whatever the request says", async () => {
  const { subjects } = bed.cluster;
  const task = await bed.submit("asker", order());
  const { approval_id, hash } = await bed.waiting(task);
  const headers = {
    "Nats-Request-Info": '{"acc":"acme","user":"ann"}',
    "nats-request-info": '{"acc":"acme","user":"ann"}',
  };
  const body = { approval_id, hash, verdict: "approve" };
  const view = (await callService(bed.operator, subjects.approvalVerb("decide"), body, { headers })) as ApprovalView;
  assert.match(view.decisions[0]?.by ?? "", /^nats:CORE\/U[A-Z2-7]{55}$/);
  assert.equal(view.decisions[0]?.proof, "nats");
  assert.equal((await bed.cluster.done(task)).status, "completed");
});

test("neither clients nor nodes nor gateways' guests nor hosts reach the approvals over NATS", async () => {
  const { subjects } = bed.cluster;
  for (const user of ["client", "node", "tools", "host"] as const) {
    const link = await bed.cluster.link(user);
    for (const verb of ["list", "show", "decide"] as const) {
      await assert.rejects(link.nc.request(subjects.approvalVerb(verb), "{}", { timeout: 300 }), `${user} ${verb}`);
    }
    await assert.rejects(link.nc.request(subjects.supervisor("approvals"), "{}", { timeout: 300 }), user);
    await link.close();
  }
});

test("a supervisor that comes later knows what waits from the log alone; decisions do not need one", async () => {
  const task = await bed.submit("asker", order());
  const view = await bed.waiting(task);
  const short = await bed.submit("asker", order({ timeoutMs: 700 }));
  const over = await bed.waiting(short);
  await bed.stopSupervisor();
  try {
    const other = await bed.waiting(await bed.submit("asker", order()));
    assert.equal((await bed.decide("ann", other, "approve")).status, 200);
    await until("its time is over", 15_000, () => Promise.resolve(Date.now() > Date.parse(over.expires_at ?? "")));
    // By its machine's clock there is an hour left; the store's is what counts.
    const behind = await bed.gateway(-HOUR_MS);
    assert.equal((await bed.decide("ann", over, "approve", behind)).body.code, "approval_expired");
  } finally {
    await bed.startSupervisor();
  }
  await until("it is listed again", 10_000, async () => (await bed.listed()).includes(view.approval_id));
  assert.deepEqual(await resultOf(short), { did: false, why: "expired", by: null });
  assert.equal(await actsOf(short), 0);
  assert.ok(!(await bed.listed()).includes(over.approval_id));
  const later = await bed.gateway();
  assert.equal((await bed.decide("ann", view, "approve", later)).status, 200);
  assert.deepEqual(await resultOf(task), { did: true, by: ["ann"] });
});

test("a gateway whose machine's clock is an hour ahead takes a decision that comes in time", async () => {
  const ahead = await bed.gateway(HOUR_MS);
  const task = await bed.submit("asker", order({ timeoutMs: 600_000 }));
  const view = await bed.waiting(task);
  // A server that had no time to tell it when the gateway came is asked again ten seconds later.
  const isTaken = async () => (await bed.decide("ann", view, "approve", ahead)).body["state"] === "approved";
  await until("the decision to be in time", 60_000, isTaken);
  assert.deepEqual(await resultOf(task), { did: true, by: ["ann"] });
  assert.equal(await actsOf(task), 1);
});

test("a cancelled task's approval is void", async () => {
  const task = await bed.submit("asker", order());
  const view = await bed.waiting(task);
  await bed.http("sue", "POST", `/tasks/${task}/cancel`);
  const late = await bed.decide("ann", view, "approve");
  assert.deepEqual([late.status, late.body.code], [409, "conflict"]);
  assert.match(late.text, /void/);
});
