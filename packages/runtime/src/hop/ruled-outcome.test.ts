import assert from "node:assert/strict";
import { test } from "node:test";
import type { RoleInstance } from "../actor/define.ts";
import { complete, escalate, forward, type Json } from "../actor/outcome.ts";
import { WaitBody } from "../contracts/bodies.ts";
import { type EscalationRules, RuleFiring } from "../contracts/escalation-rules.ts";
import { Guard } from "../guardrails/guard.ts";
import { isHopId } from "../ids.ts";
import { compileRules, type RuleFunction } from "../rules/compile-rules.ts";
import { BED_HOP, BED_PASSPORT, BED_TASK, type BedHandler, HopBed } from "../testing/hop-bed.ts";
import { SUBJECTS } from "../testing/sim-place.ts";
import type { HopRole } from "./ports.ts";

const ruled = (
  rules: EscalationRules = {},
  change: Partial<HopRole> = {},
  functions: Readonly<Record<string, RuleFunction>> = {},
): Partial<HopRole> => ({ rules: compileRules(rules, functions), targets: new Set(["b", "client"]), ...change });

const unsure: BedHandler = () => complete({ answer: 42, confidence: 0.4 });
const firingOf = (bed: HopBed, step = 1) => RuleFiring.parse((bed.body(`s.step.${step}`) as { value: unknown }).value);
const endOf = (bed: HopBed) => bed.body("t.done.client");

test("a hop in which no rule holds writes what it wrote without rules", async () => {
  const plain = new HopBed();
  await plain.deliver(plain.start(), () => forward("b", { x: 1 }));
  const bed = new HopBed();
  await bed.deliver(bed.start(), () => forward("b", { x: 1 }), ruled());
  assert.deepEqual(bed.names, plain.names);
  assert.deepEqual(
    bed.log.store.records.map(({ header }) => header?.passport),
    plain.log.store.records.map(({ header }) => header?.passport),
  );
});

test("an answer of low confidence goes to the escalation role, and the firing is a record with its context", async () => {
  const bed = new HopBed();
  await bed.deliver(bed.start({ ask: "a question" }), unsure, ruled({}, { escalation: "b" }));
  assert.deepEqual(bed.names.slice(1), ["s.step.1", "s.emit.1", "m.send.b"]);
  assert.deepEqual(bed.body("m.send.b"), {
    reason: "a is only 0.4 sure of its answer",
    role: "a",
    message: { ask: "a question" },
  });
  const { context, ...firing } = firingOf(bed);
  assert.deepEqual(firing, {
    rule: "low_confidence",
    handler: "human",
    severity: "warning",
    message: "a is only 0.4 sure of its answer",
  });
  assert.equal(context["confidence"], 0.4);
  assert.deepEqual(context["body"], { answer: 42, confidence: 0.4 });
});

test("the last contribution of a conversation counts as the answer", async () => {
  const bed = new HopBed();
  const body: Json = { input: "x", history: [{ role: "a", content: { text: "y", confidence: 0.1 } }] };
  await bed.deliver(bed.start(), () => forward("b", body), ruled({}, { escalation: "b" }));
  assert.equal(firingOf(bed).rule, "low_confidence");
});

test("without anybody to escalate to the hop is parked as escalated", async () => {
  const bed = new HopBed();
  const end = await bed.deliver(bed.start(), unsure, ruled());
  assert.ok(end.kind === "parked" && end.error.code === "escalated");
});

test("the escalation role's own answer goes on: there is nobody beyond it", async () => {
  const bed = new HopBed();
  await bed.deliver(bed.start(), unsure, ruled({}, { escalation: "a" }));
  assert.deepEqual(endOf(bed), { status: "completed", result: { answer: 42, confidence: 0.4 }, by: "a" });
  assert.equal(firingOf(bed).rule, "low_confidence");
});

test("what a role escalates or fails by itself no rule holds up", async () => {
  const bed = new HopBed();
  const end = await bed.deliver(bed.start({}, { remainingMs: 0 }), () => escalate("I cannot"), ruled());
  assert.ok(end.kind === "parked" && end.error.message === "I cannot");
});

test("a task whose time is over is aborted, whatever its role would answer", async () => {
  const bed = new HopBed();
  const end = await bed.deliver(bed.start({}, { remainingMs: 0 }), () => complete("too late"), ruled());
  assert.ok(end.kind === "parked" && end.error.code === "aborted_by_rule");
  assert.deepEqual(end.error.details, { rule: "time_out", severity: "error" });
  assert.equal(endOf(bed), undefined);
});

/** Runs that say how sure they are, one after the other; a step that is repeated says the same. */
function runs(...confidences: readonly number[]) {
  let effects = 0;
  const handler: BedHandler = async (_, ctx) => {
    const confidence = await ctx.step("ask", ({ idempotencyKey }) => {
      effects++;
      // Every other step of the hop is a firing.
      return confidences[(Number(idempotencyKey.split("/").at(-1)) - 1) / 2] ?? 1;
    });
    return complete({ confidence });
  };
  return { handler, count: () => effects };
}
const RETRYING: EscalationRules = { low_confidence: { handler: "retry" } };

test("`retry` runs the handler again, with steps of its own, until the rule holds no more", async () => {
  const bed = new HopBed();
  const { handler, count } = runs(0.1, 0.2, 0.9);
  await bed.deliver(bed.start(), handler, ruled(RETRYING));
  assert.equal(count(), 3);
  assert.deepEqual(endOf(bed), { status: "completed", result: { confidence: 0.9 }, by: "a" });
  assert.deepEqual(
    bed.names.filter((name) => name.startsWith("s.step")),
    ["s.step.1", "s.step.2", "s.step.3", "s.step.4", "s.step.5"],
  );
});

test("after its retries a rule asks a person; here the escalation role", async () => {
  const bed = new HopBed();
  const { handler, count } = runs(0.1, 0.2, 0.3, 0.4, 0.5);
  await bed.deliver(bed.start(), handler, ruled(RETRYING, { escalation: "b" }));
  assert.equal(count(), 4, "once, and three retries");
  assert.ok(bed.names.includes("m.send.b"));
});

test("a crash anywhere between firings and retries asks nothing again, and ends the same way", async () => {
  const calm = new HopBed();
  await calm.deliver(calm.start(), runs(0.1, 0.2, 0.9).handler, ruled(RETRYING));
  const places = ["after-effect", "after-step", "before-commit"] as const;
  for (const place of places) {
    for (let at = 1; at <= 7; at++) {
      const bed = new HopBed();
      const { handler, count } = runs(0.1, 0.2, 0.9);
      const message = bed.start();
      let seen = 0;
      const lost = new Promise<never>(() => undefined);
      const died = Promise.withResolvers<void>();
      const failpoint = (name: string) => {
        if (name !== place || ++seen !== at) return undefined;
        died.resolve();
        return lost;
      };
      await Promise.race([bed.deliver(message, handler, ruled(RETRYING), { failpoint }), died.promise]);
      await bed.deliver(message, handler, ruled(RETRYING));
      assert.deepEqual(endOf(bed), endOf(calm), `${place} ${at}`);
      assert.ok(count() <= 4, `${place} ${at}: the effect that was under way is repeated, no other`);
    }
  }
});

test("the recorded firing counts on a replay, whatever the facts are by then", async () => {
  const bed = new HopBed();
  let isHolding = true;
  const rules = ruled({ mine: { when: "<function>", handler: "abort" } }, {}, { mine: () => isHolding });
  const message = bed.start();
  const died = Promise.withResolvers<void>();
  const failpoint = (name: string) => {
    if (name !== "before-commit") return undefined;
    died.resolve();
    return new Promise<never>(() => undefined);
  };
  await Promise.race([bed.deliver(message, () => complete(1), rules, { failpoint }), died.promise]);
  isHolding = false;
  const end = await bed.deliver(message, () => complete(1), rules);
  assert.ok(end.kind === "parked" && end.error.code === "aborted_by_rule", JSON.stringify([end, bed.names]));
});

function decide(bed: HopBed, verdict: "yes" | "no") {
  const [awaited] = WaitBody.parse(bed.body("c.wait.1")).for;
  assert.ok(awaited?.type === "approval" && isHopId(awaited.hop));
  const vote = { hash: awaited.hash, by: "ann", proof: "http", ...(verdict === "no" ? { reason: "too vague" } : {}) };
  const error = { code: "approval_denied", message: "no", details: vote };
  return bed.put({
    subject: SUBJECTS.record(BED_TASK, awaited.hop, "human", { class: "m", kind: "reply", to: "a" }),
    header: { passport: { ...BED_PASSPORT, parent: BED_HOP, wait: 1, index: awaited.index } },
    encoding: "json",
    body: Buffer.from(JSON.stringify(verdict === "yes" ? { value: vote } : { error })),
  });
}
const withPerson = ruled({}, { targets: new Set(["b", "client", "human"]), escalation: "b" });

test("a role with an edge to people asks one: what is let pass goes on as it was, once", async () => {
  const bed = new HopBed();
  assert.equal((await bed.deliver(bed.start(), unsure, withPerson)).kind, "waiting");
  const [awaited] = WaitBody.parse(bed.body("c.wait.1")).for;
  assert.ok(awaited?.type === "approval");
  assert.deepEqual(awaited.terms?.act, {
    rule: "low_confidence",
    role: "a",
    outcome: "complete",
    body: { answer: 42, confidence: 0.4 },
  });
  assert.equal(awaited.terms?.summary, "a is only 0.4 sure of its answer");
  await bed.deliver(decide(bed, "yes"), unsure, withPerson);
  assert.deepEqual(endOf(bed), { status: "completed", result: { answer: 42, confidence: 0.4 }, by: "a" });
  assert.equal(bed.names.filter((name) => name.startsWith("s.step")).length, 1);
});

test("what a person denies does not go on, and the reason is told", async () => {
  const bed = new HopBed();
  await bed.deliver(bed.start(), unsure, withPerson);
  const end = await bed.deliver(decide(bed, "no"), unsure, withPerson);
  assert.ok(end.kind === "parked" && end.error.code === "approval_denied", JSON.stringify(end));
  assert.match(end.error.message, /too vague/);
  assert.equal(endOf(bed), undefined);
});

test("a rule's function that throws fails the hop: nothing goes on unjudged", async () => {
  const bed = new HopBed();
  const rules = ruled(
    { mine: { when: "<function>", handler: "abort" } },
    {},
    {
      mine: () => {
        throw new Error("broken rule");
      },
    },
  );
  const end = await bed.deliver(bed.start(), () => complete(1), rules);
  assert.equal(end.kind, "retry");
  assert.equal(endOf(bed), undefined);
});

const asking = (callsLeft?: number): Partial<HopRole> => {
  const instance: RoleInstance = {
    receive: async (_, ctx) => complete(await ctx.step("model", () => (ctx.prefersFallback ? "small" : "large"))),
    callsLeft: () => callsLeft,
  };
  return ruled({}, { instance });
};

test("with few calls left at the provider the handler runs with the fallback models", async () => {
  for (const [left, model] of [
    [9, "small"],
    [10, "large"],
    [undefined, "large"],
  ] as const) {
    const bed = new HopBed();
    await bed.deliver(bed.start(), unsure, asking(left));
    assert.deepEqual(endOf(bed), { status: "completed", result: model, by: "a" });
  }
});

test("a handler that has begun goes on with the models that it began with", async () => {
  const bed = new HopBed();
  const message = bed.start();
  const died = Promise.withResolvers<void>();
  const failpoint = (name: string) => {
    if (name !== "after-step") return undefined;
    died.resolve();
    return new Promise<never>(() => undefined);
  };
  await Promise.race([bed.deliver(message, unsure, asking(50), { failpoint }), died.promise]);
  await bed.deliver(message, unsure, asking(3));
  assert.deepEqual(endOf(bed), { status: "completed", result: "large", by: "a" });
});

test("a firing is told to the node's audit, and is on record also where there is none", async () => {
  const bed = new HopBed();
  const asked: unknown[] = [];
  await bed.deliver(bed.start(), unsure, ruled({}, { escalation: "b" }), {
    askNode: async (_, service, body) => {
      asked.push([service, body]);
      return true;
    },
  });
  assert.deepEqual(asked, [
    [
      "audit",
      {
        event: "rule_fired",
        rule: "low_confidence",
        handler: "human",
        severity: "warning",
        reason: "a is only 0.4 sure of its answer",
      },
    ],
  ]);
});

test("the context of a firing is short and holds no secret", async () => {
  const bed = new HopBed();
  const body = {
    confidence: 0,
    text: "x".repeat(100_000),
    password: "hunter2hunter2",
    list: Array.from({ length: 500 }, () => ({ a: { b: { c: { d: 1 } } } })),
  };
  await bed.deliver(bed.start(), () => complete(body), ruled({}, { escalation: "b" }));
  const text = JSON.stringify(firingOf(bed));
  assert.ok(text.length < 10_000, String(text.length));
  assert.ok(!text.includes("hunter2"), text.slice(0, 500));
});

test("sensitive data that a guardrail saw and let pass needs a person; what it took out does not", async () => {
  for (const [action, isAsked] of [
    ["allow", true],
    ["redact", false],
  ] as const) {
    const bed = new HopBed();
    const guard = new Guard({ role: "a", targets: new Set(["b", "client"]), system: { input: { pii: action } } });
    const rules = ruled({}, { guard, escalation: "b" });
    await bed.deliver(bed.start({ pay: "card 4111 1111 1111 1111" }), () => complete("paid"), rules);
    assert.equal(bed.names.includes("m.send.b"), isAsked, `${action}: ${bed.names.join(" ")}`);
  }
});
