import assert from "node:assert/strict";
import { test } from "node:test";
import { type ErrorCode, type Json, TroupeError } from "@troupe/runtime";
import { createFakeContext } from "@troupe/runtime/internal-testing";
import fc from "fast-check";
import type { Conversation } from "../roles/conversation.ts";
import { runRole } from "../testing/run-role.ts";
import { DELIVERY } from "./delivery.ts";
import type { WorkflowTemplate } from "./stage.ts";
import { workflow } from "./workflow.ts";

const delivery = workflow({ template: DELIVERY, to: "client" });
const GROUPED = [
  { name: "plan", prompt: "Plan it." },
  {
    parallel: [
      { name: "code", prompt: "Write it." },
      { name: "text", role: "writer", prompt: "Describe it." },
    ],
  },
] as const satisfies WorkflowTemplate;

test("stages run in their order; each gets the request, its own prompt, the stages done and the previous output", async () => {
  const { outcome, questions } = await runRole(delivery, "a bug", (to) => `by ${to}`);
  assert.deepEqual(outcome, { outcome: "complete", body: "by deploy" });
  assert.deepEqual(
    questions.map(({ to }) => to),
    ["triage", "plan", "execute", "review", "deploy"],
  );
  for (const [index, { conversation }] of questions.entries()) {
    const before = DELIVERY.slice(0, index).map(({ name }) => name);
    assert.equal(conversation.input, "a bug");
    assert.deepEqual(
      conversation.history,
      before.map((role) => ({ role, content: `by ${role}` })),
    );
    assert.ok(conversation.note?.includes(DELIVERY[index]?.prompt ?? "?"));
    assert.match(conversation.note ?? "", new RegExp(`Done are ${index} of 5 stages`));
  }
});

test("stages of a group know what was done before the group, not one another; their outputs are the answer", async () => {
  const { outcome, questions } = await runRole(workflow({ template: GROUPED, to: "client" }), "x", (to) => `by ${to}`);
  assert.deepEqual(outcome, {
    outcome: "complete",
    body: [
      { stage: "code", output: "by code" },
      { stage: "text", output: "by writer" },
    ],
  });
  assert.deepEqual(
    questions.map(({ to, conversation }) => [to, conversation.history.map(({ role }) => role)]),
    [
      ["plan", []],
      ["code", ["plan"]],
      ["writer", ["plan"]],
    ],
  );
});

const failing = (code: ErrorCode, times: number) => (to: string, earlier: number) => {
  if (to === "plan" && earlier < times) throw new TroupeError(code, `no ${earlier}`);
  return `by ${to}`;
};

test("a stage that failed is asked again, told why, and nothing that was done is done again", async () => {
  const { outcome, asked, questions } = await runRole(delivery, "x", failing("handler_failed", 3));
  assert.equal(outcome.outcome, "complete");
  assert.deepEqual(asked, ["triage", "plan", "plan", "plan", "plan", "execute", "review", "deploy"]);
  assert.match(questions[4]?.conversation.note ?? "", /The attempt before this one did not do: no 2/);
});

test("after its retries a stage's error is the workflow's, with the stage's name; nothing after it is asked", async () => {
  const { outcome, asked } = await runRole(delivery, "x", failing("handler_failed", 9));
  assert.deepEqual(outcome, {
    outcome: "fail",
    error: {
      code: "handler_failed",
      message: "stage plan failed after 4 attempts: no 3",
      details: { stage: "plan", attempts: 4 },
    },
  });
  assert.equal(asked.length, 5);
});

test("what another attempt cannot change, or must not repeat, is not tried again", async () => {
  for (const code of ["taint_refused", "budget_exceeded", "effect_in_doubt", "poison_message"] as const) {
    const { outcome, asked } = await runRole(delivery, "x", failing(code, 1));
    assert.equal(outcome.outcome, "fail");
    assert.deepEqual(asked, ["triage", "plan"]);
  }
});

test("of a group only the stage that failed is asked again", async () => {
  const role = workflow({ template: GROUPED, to: "client" });
  const { outcome, asked } = await runRole(role, "x", (to, earlier) => {
    if (to === "writer" && earlier === 0) throw new TroupeError("deadline_exceeded", "late");
    return to;
  });
  assert.equal(outcome.outcome, "complete");
  assert.deepEqual(asked, ["plan", "code", "writer", "writer"]);
});

test("the delivery itself is not repeated: whether it happened is not known", async () => {
  const { outcome, asked } = await runRole(delivery, "x", (to) => {
    if (to === "deploy") throw new TroupeError("deadline_exceeded", "late");
    return to;
  });
  assert.equal(outcome.outcome, "fail");
  assert.equal(asked.filter((to) => to === "deploy").length, 1);
});

test("whoever watches sees each stage begin and end", async () => {
  const ctx = createFakeContext({
    role: "lead",
    answer: (to) => {
      if (to === "code" && ctx.called.filter((call) => call.to === "code").length === 1) {
        throw new TroupeError("escalated", "unclear");
      }
      return to;
    },
  });
  await workflow({ template: GROUPED, to: "client" }).create().receive("x", ctx);
  assert.deepEqual(
    ctx.emitted.map(({ data }) => Object.values(data as Record<string, string>).join(" ")),
    [
      "plan begins 1",
      "plan done 1",
      "code begins 1",
      "text begins 1",
      "code failed 1 unclear",
      "text done 1",
      "code begins 2",
      "code done 2",
    ],
  );
});

const guarded = workflow({ template: DELIVERY, approve: ["deploy"], to: "client" });

test("a stage that needs a person is asked once one has approved the very message that it gets", async () => {
  const asked: unknown[] = [];
  const { outcome, questions } = await runRole(guarded, "x", (to) => `by ${to}`, {
    approve: ({ act, summary }) => {
      asked.push([act, summary]);
      return { isApproved: true, hash: "h", by: ["ann"] };
    },
  });
  assert.deepEqual(outcome, { outcome: "complete", body: "by deploy" });
  const { input, history, note } = questions.at(-1)?.conversation ?? {};
  const act = { stage: "deploy", role: "deploy", attempt: 1, message: { input, history, note } };
  assert.deepEqual(asked, [[act, "stage deploy, by deploy"]]);
});

test("a stage that people do not approve never runs, and the workflow ends with their reason", async () => {
  for (const [why, code] of [
    ["denied", "approval_denied"],
    ["expired", "approval_expired"],
  ] as const) {
    const { outcome, asked } = await runRole(guarded, "x", (to) => to, {
      approve: () => ({ isApproved: false, hash: "h", why, by: "ann", reason: "not on a Friday" }),
    });
    assert.ok(outcome.outcome === "fail" && outcome.error.code === code, JSON.stringify(outcome));
    if (why === "denied") assert.equal(outcome.error.message, "ann denied stage deploy: not on a Friday");
    assert.ok(!asked.includes("deploy"));
  }
});

test("a person is asked again before every attempt: the message is another one", async () => {
  let approvals = 0;
  const template = [{ name: "a", prompt: "do", approval: { approvals: 2 } }] as const;
  const { outcome } = await runRole(
    workflow({ template, to: "client" }),
    "x",
    (_, earlier) => {
      if (earlier < 2) throw new TroupeError("handler_failed", "no");
      return "done";
    },
    {
      approve: (request) => {
        approvals++;
        assert.equal(request.approvals, 2);
        return { isApproved: true, hash: "h", by: ["ann", "bob"] };
      },
    },
  );
  assert.equal(outcome.outcome, "complete");
  assert.equal(approvals, 3);
});

const problemsOf = (template: WorkflowTemplate, eachStage = {}, approve: readonly string[] = []) => {
  const graph = { client: ["lead"], lead: ["a", "client"] };
  return (
    workflow<WorkflowTemplate, string>({ template, eachStage, approve, to: "client" }).check?.(
      { name: "x", graph, roles: {}, limits: { hops: 50, inFlight: 1 } },
      "lead",
    ) ?? []
  ).map(({ path, reason }) => `${path}: ${reason}`);
};
const a = { name: "a", prompt: "do" };

test("stages that cannot be are refused, all at once", () => {
  assert.deepEqual(problemsOf([a]), []);
  assert.match(problemsOf([]).join(), /1 to 50 stages/);
  assert.match(problemsOf([a, { ...a }]).join(), /stages\[1\]: another stage has this name/);
  assert.match(problemsOf([{ parallel: [] }, a]).join(), /stages\[0\]: a parallel group needs at least one stage/);
  const wrong = problemsOf([{ name: " ", prompt: "", timeoutMs: 0, retries: -1 }]).join("\n");
  for (const part of [/needs a name/, /needs a prompt/, /time-out/, /retries/]) assert.match(wrong, part);
  assert.match(problemsOf([a], { timeoutMs: 1.5 }).join(), /whole number of ms/);
  assert.match(problemsOf([{ ...a, approval: true }]).join(), /needs an edge to human/);
  assert.match(problemsOf([a], {}, ["ghost"]).join(), /approve\[0\]: the template has no such stage/);
});

test("whatever the stages answer, a workflow ends within its promised calls and asks in the template's order", async () => {
  const answer: fc.Arbitrary<{ readonly value: Json } | { readonly code: ErrorCode }> = fc.oneof(
    fc.jsonValue({ maxDepth: 1 }).map((value) => ({ value: value as Json })),
    fc.constantFrom<ErrorCode>("handler_failed", "escalated", "forbidden").map((code) => ({ code })),
  );
  const sizes = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: 0, max: 3 }), fc.infiniteStream(answer), async (groups, retries, all) => {
      const template = groups.map((size, group) => ({
        parallel: Array.from({ length: size }, (_, at) => ({ name: `s${group}${at}`, prompt: "do" })),
      }));
      const role = workflow<WorkflowTemplate, string>({ template, eachStage: { retries }, to: "client" });
      const order: number[] = [];
      const { outcome, asked } = await runRole(role, "task", (to: string, _: number, conversation: Conversation) => {
        const group = Number(to[1]);
        order.push(group);
        const before = groups.slice(0, group).reduce((sum, size) => sum + size, 0);
        assert.equal(conversation.history.length, before, "a stage sees exactly the groups before its own");
        const next = all.next().value as { readonly value: Json } | { readonly code: ErrorCode };
        if ("code" in next) throw new TroupeError(next.code, "failed");
        return next.value;
      });
      assert.ok(["complete", "fail", "escalate"].includes(outcome.outcome));
      assert.ok(asked.length <= groups.reduce((sum, size) => sum + size, 0) * (1 + retries));
      assert.deepEqual(
        order,
        order.toSorted((one, other) => one - other),
      );
    }),
    { numRuns: 100 },
  );
});
