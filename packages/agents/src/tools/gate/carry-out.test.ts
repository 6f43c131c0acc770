import assert from "node:assert/strict";
import { test } from "node:test";
import { type ApprovalAnswer, type ApprovalRequest, type Context, type Json, TroupeError } from "@troupe/runtime";
import { createFakeContext, type FakeContextOptions, ManualClock } from "@troupe/runtime/internal-testing";
import { z } from "zod";
import { roleTool } from "../role-tool.ts";
import { type Tool, type ToolOptions, tool } from "../tool.ts";
import { carryOut, type ToolGate } from "./carry-out.ts";
import { ProcessRate } from "./process-rate.ts";
import type { ToolPorts } from "./tool-ports.ts";

const Nothing = z.object({});
const look = (change: Partial<ToolOptions<typeof Nothing>> = {}): Tool =>
  tool({ name: "look", description: "", permission: "READ", parameters: Nothing, run: () => "seen", ...change });

function gateOf(tools: readonly Tool[], change: Partial<ToolPorts> = {}, clock = new ManualClock()): ToolGate {
  const ports = { clock, processRate: new ProcessRate(clock), variable: () => undefined, ...change };
  return {
    tools,
    grants: ["READ", "EXECUTE"],
    edges: ["expert", ...(tools.some(({ rules }) => rules.approval) ? ["human"] : [])],
    ports,
  };
}

/** A context whose node admits as `admits` says, and keeps what it is told for the audit. */
function contextOf(admits: () => Json, options: FakeContextOptions = {}) {
  const audit: Json[] = [];
  const services = { tool_rate: admits, budgets: () => null, audit: (entry: Json) => audit.push(entry) };
  return { ctx: createFakeContext({ ...options, services }), audit };
}
const admitted = () => ({ isAdmitted: true });
const call = (name = "look", text = "{}") => ({ id: "c1", name, arguments: text });

test("a refused call runs nothing, tells the model why, and is in the audit once however often the hop is replayed", async () => {
  const { ctx, audit } = contextOf(admitted);
  const gate = gateOf([look({ permission: "ADMIN", run: () => assert.fail("it ran") })]);
  const told = await carryOut(ctx, gate, call());
  assert.match(told, /^Error: look was not run\. it needs ADMIN/);
  assert.deepEqual(audit, [
    {
      event: "tool_refused",
      tool: "look",
      code: "permission",
      reason: "it needs ADMIN; this role is granted READ, EXECUTE",
    },
  ]);
  const again = createFakeContext({ journal: ctx.steps });
  assert.equal(await carryOut(again, gate, call()), told);
});

test("a call over the limit of all nodes is refused before it begins, with the time of the next one", async () => {
  const { ctx, audit } = contextOf(() => ({ isAdmitted: false, retryAfterMs: 4_200 }));
  const gate = gateOf([look({ permission: "EXECUTE", run: () => assert.fail("it ran") })]);
  assert.match(await carryOut(ctx, gate, call()), /100 calls a minute are allowed; the next one in 5 s/);
  assert.equal(audit.length, 1);
});

test("where the node does not count, the process does", async () => {
  const ctx = createFakeContext();
  const gate = gateOf([look({ callsPerMinute: 1 })]);
  assert.equal(await carryOut(ctx, gate, call()), "seen");
  assert.match(await carryOut(ctx, gate, call()), /1 calls a minute are allowed/);
});

test("a call that costs is charged before it is made, and one that no budget has room for is refused", async () => {
  const asked: Json[] = [];
  const budgets = (question: Json) => {
    asked.push(question);
    if (asked.length === 2) throw new TroupeError("budget_exceeded", "the budget of role a is spent");
    return null;
  };
  const ctx = createFakeContext({ services: { tool_rate: admitted, audit: () => true, budgets } });
  const gate = gateOf([look({ costUsd: 0.5 })]);
  assert.equal(await carryOut(ctx, gate, call()), "seen");
  assert.match(await carryOut(ctx, gate, call()), /was not run\. the budget of role a is spent/);
  assert.deepEqual(asked, [
    { op: "charge", tool: "look" },
    { op: "charge", tool: "look" },
  ]);
});

const down = () => {
  throw new TroupeError("unavailable", "NATS is away");
};

test("a node that cannot be asked just now is no reason to count less strictly: the hop tries again", async () => {
  const ctx = createFakeContext({ services: { tool_rate: down } });
  await assert.rejects(carryOut(ctx, gateOf([look()]), call()), (error) => TroupeError.is(error, "unavailable"));
});

test("what a tool brings in labels the hop, from the result on", async () => {
  const { ctx } = contextOf(admitted, { taint: ["client"] });
  await carryOut(ctx, gateOf([look({ taint: { gives: ["web"] } })]), call());
  assert.deepEqual(ctx.taint, ["client", "web"]);
});

test("a way out of a task with a secret and content from outside is refused while nobody can be asked", async () => {
  const { ctx, audit } = contextOf(admitted, { taint: ["secret", "web"] });
  const mail = look({ taint: { isOutside: true }, run: () => assert.fail("it ran") });
  assert.match(
    await carryOut(ctx, gateOf([mail]), call()),
    /secret and content from outside \(web\).*this role may ask nobody/,
  );
  assert.equal(audit.length, 1);
});

test("a person's yes lets exactly this act through, a no does not", async () => {
  const asked: ApprovalRequest[] = [];
  const approve = (request: ApprovalRequest): ApprovalAnswer => {
    asked.push(request);
    return asked.length === 1
      ? { isApproved: true, hash: "", by: ["ann"] }
      : { isApproved: false, hash: "", why: "denied", by: "bob", reason: "not on a Friday" };
  };
  const { ctx, audit } = contextOf(admitted, { approve });
  const gate = gateOf([look({ requiresApproval: { approvals: 2 } })]);
  assert.equal(await carryOut(ctx, gate, call()), "seen");
  assert.match(await carryOut(ctx, gate, call()), /was not run\. bob denied it: not on a Friday/);
  assert.deepEqual(asked[0]?.act, { tool: "look", arguments: {} });
  assert.equal(asked[0]?.approvals, 2);
  assert.equal(audit.length, 1);
});

test("nobody in time is a refusal that the model is told", async () => {
  const { ctx } = contextOf(admitted, { approve: () => ({ isApproved: false, hash: "", why: "expired" }) });
  const gate = gateOf([look({ requiresApproval: true, run: () => assert.fail("it ran") })]);
  assert.match(await carryOut(ctx, gate, call()), /was not run\. Nobody approved it in time/);
});

test("what needs a person is asked of one, for a way out of a mixed task as well", async () => {
  const { ctx } = contextOf(admitted, {
    taint: ["secret", "web"],
    approve: () => ({ isApproved: true, hash: "", by: ["ann"] }),
  });
  const gate = { ...gateOf([look({ taint: { isOutside: true } })]), edges: ["human"] };
  assert.equal(await carryOut(ctx, gate, call()), "seen");
});

const slow =
  (ran: { aborted?: boolean }) =>
  (_: unknown, { signal }: { signal: AbortSignal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => {
        ran.aborted = true;
        reject(new Error("told to stop", { cause: signal.reason }));
      });
    });

test("a tool that only reads and takes too long is aborted, and the model is told", async () => {
  const clock = new ManualClock();
  const ran: { aborted?: boolean } = {};
  const { ctx } = contextOf(admitted);
  const told = carryOut(ctx, gateOf([look({ timeoutMs: 50, run: slow(ran) })], {}, clock), call());
  await clock.sleeping();
  await clock.advance(50);
  assert.match(await told, /look failed: no result within 50 ms/);
  assert.equal(ran.aborted, true);
});

test("a tool that must not run twice and takes too long is in doubt, not failed", async () => {
  const clock = new ManualClock();
  const { ctx } = contextOf(admitted);
  const told = carryOut(
    ctx,
    gateOf([look({ permission: "EXECUTE", timeoutMs: 50, run: slow({}) })], {}, clock),
    call(),
  );
  const refused = assert.rejects(told, (error) => TroupeError.is(error, "effect_in_doubt"));
  await clock.sleeping();
  await clock.advance(50);
  await refused;
});

const broken = () => {
  throw new TroupeError("outcome_unknown", "the connection broke");
};

test("a write with an idempotency key whose outcome is unknown is tried again with that key", async () => {
  const { ctx } = contextOf(admitted);
  const gate = gateOf([look({ permission: "EXECUTE", idempotent: true, run: broken })]);
  await assert.rejects(carryOut(ctx, gate, call()), (error) => TroupeError.is(error, "outcome_unknown"));
});

test("the cost of a call is recorded with its result, and not where it was refused", async () => {
  const { ctx } = contextOf(admitted);
  const gate = gateOf([look({ costUsd: 0.002 }), look({ name: "admin", costUsd: 1, permission: "ADMIN" })]);
  await carryOut(ctx, gate, call());
  await carryOut(ctx, gate, call("admin"));
  assert.deepEqual(
    ctx.steps.map(({ usage }) => usage?.costMicros),
    [2_000, undefined],
  );
});

test("another role is asked by a call of the runtime, and what it could not do is told", async () => {
  const expert = roleTool({ role: "expert", description: "Knows" });
  const { ctx } = contextOf(admitted, { answer: (to, body) => ({ to, body }) });
  const told = await carryOut(ctx, gateOf([expert]), call("ask_expert", '{"input":"why?"}'));
  assert.equal(told, '{"to":"expert","body":{"input":"why?"}}');
  const failing = contextOf(admitted, {
    answer: () => {
      throw new TroupeError("escalated", "it did not know");
    },
  });
  assert.match(
    await carryOut(failing.ctx, gateOf([expert]), call("ask_expert", '{"input":"?"}')),
    /failed: it did not know/,
  );
});

test("a name that a model made up is recorded and shown in few, harmless characters", async () => {
  const { ctx } = contextOf(admitted);
  await carryOut(ctx, gateOf([look()]), call(`\u001b[2J${"x".repeat(500)}`));
  assert.match(ctx.steps[0]?.name ?? "", /^tool:[\w-]{1,64}$/);
});

const suspects: Context["screen"] = async (_, value) => ({ verdict: "allow", value, rules: ["injection.orders"] });

test("a result that the second stage blocks is kept from the model, and a replay asks nothing", async () => {
  const asked: unknown[] = [];
  const classify: Context["classify"] = async (content, party) => {
    asked.push([content, party]);
    return { verdict: "block", value: content.value, rules: ["classifier.injection"] };
  };
  const { ctx } = contextOf(admitted, { screen: suspects, classify });
  const told = await carryOut(ctx, gateOf([look()]), call());
  assert.equal(told, "Error: the result of look is not shown: it is blocked by classifier.injection");
  assert.deepEqual(asked, [[{ value: "seen", rules: ["injection.orders"] }, "look"]]);
  const again = createFakeContext({ journal: ctx.steps, classify });
  assert.equal(await carryOut(again, gateOf([look({ run: () => assert.fail("it ran") })]), call()), told);
  assert.deepEqual(asked[1], asked[0], "what fired is in the journal");
});
