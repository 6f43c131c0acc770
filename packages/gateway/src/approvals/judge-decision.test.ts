import assert from "node:assert/strict";
import { test } from "node:test";
import { type Approval, type ApprovalDecision, type OpenWait, TroupeError } from "@troupe/runtime/internal";
import type { Approver } from "./approver.ts";
import { natsApprover } from "./approver.ts";
import { judgeDecision } from "./judge-decision.ts";

const hash = "a".repeat(64);
const next = { wait: 1 } as OpenWait;
const approval = (change: Partial<Approval> = {}, terms: Partial<Approval["terms"]> = {}): Approval => ({
  id: "id",
  task: "0-v1-01jd3m8q5x7c9v2k4n6p8r0t2w" as Approval["task"],
  hop: "1".repeat(26) as Approval["hop"],
  role: "payer",
  hash,
  state: "pending",
  requestedAtMs: 1_000,
  overAtMs: 2_000,
  requestedBy: "sue",
  tenant: "acme",
  decisions: [],
  next,
  terms: { act: 1, approvals: 1, ...terms },
  ...change,
});
const user = (name: string, tenant = "acme"): Approver => ({ name, proof: "http", caller: { tenant, isWalled: true } });
const nobody: Approver = { name: "developer", proof: "nobody", caller: { tenant: "acme", isWalled: false } };
const said = (by: string, verdict: ApprovalDecision["verdict"]): ApprovalDecision => ({
  by,
  verdict,
  proof: "http",
  atMs: 1,
});
const yes = { verdict: "approve", hash } as const;

test("who may decide, when, and on what", () => {
  const approvers = ["lea"];
  const later = { afterMs: 500, approvers: ["lou"] };
  const cases: readonly (readonly [string, Approval, Approver, number, string])[] = [
    ["anybody who may", approval(), user("ann"), 1_500, "write"],
    ["an own request", approval(), user("sue"), 1_500, "forbidden"],
    ["the same name in another tenant", approval({ tenant: "globex" }), user("sue"), 1_500, "write"],
    ["an own request that is long decided", approval({ state: "approved" }), user("sue"), 1_500, "forbidden"],
    ["one of the approvers", approval({}, { approvers }), user("lea"), 1_500, "write"],
    ["somebody else", approval({}, { approvers }), user("ann"), 1_500, "forbidden"],
    ["who may later, before", approval({}, { approvers, later }), user("lou"), 1_499, "forbidden"],
    ["who may later, then", approval({}, { approvers, later }), user("lou"), 1_500, "write"],
    ["an approver of the first, then", approval({}, { approvers, later }), user("lea"), 1_500, "write"],
    ["nobody in particular", approval(), nobody, 1_500, "write"],
    ["nobody in particular, of two", approval({}, { approvals: 2 }), nobody, 1_500, "forbidden"],
    ["nobody in particular, of named ones", approval({}, { approvers: ["developer"] }), nobody, 1_500, "forbidden"],
    ["too late by the clock alone", approval(), user("ann"), 2_000, "approval_expired"],
    [
      "expired",
      approval({ state: "expired", decisions: [said("timer", "expire")] }),
      user("ann"),
      1_500,
      "approval_expired",
    ],
    [
      "the same again",
      approval({ state: "approved", decisions: [said("ann", "approve")] }),
      user("ann"),
      9_000,
      "repeated",
    ],
    ["the opposite", approval({ state: "approved", decisions: [said("ann", "deny")] }), user("ann"), 1_500, "conflict"],
    [
      "somebody else's decision",
      approval({ state: "denied", decisions: [said("bob", "deny")] }),
      user("ann"),
      1_500,
      "conflict",
    ],
    [
      "a second yes of one",
      approval({ decisions: [said("ann", "approve")] }, { approvals: 2 }),
      user("ann"),
      1_500,
      "repeated",
    ],
    [
      "a second thought",
      approval({ decisions: [said("ann", "deny")] }, { approvals: 2 }),
      user("ann"),
      1_500,
      "conflict",
    ],
    ["an ended task", approval({ state: "void", next: undefined }), user("ann"), 1_500, "conflict"],
  ];
  for (const [name, given, approver, nowMs, expected] of cases) {
    assert.equal(outcome(given, approver, nowMs), expected, name);
  }
});

test("another hash is another act", () => {
  assert.throws(
    () => judgeDecision(approval(), user("ann"), { verdict: "approve", hash: "b".repeat(64) }, 1_500),
    (error) => TroupeError.is(error, "conflict"),
  );
});

function outcome(given: Approval, approver: Approver, nowMs: number): string {
  try {
    return judgeDecision(given, approver, yes, nowMs).kind;
  } catch (error) {
    return TroupeError.is(error) ? error.code : "threw";
  }
}

const headers = (...told: string[]) => ({ values: (key: string) => (key === "Nats-Request-Info" ? told : []) });
const caller = { tenant: "acme", isWalled: false };

test("over NATS a person is who the server says, once and in its own words", () => {
  const accounts = { hasAccounts: true, caller };
  assert.deepEqual(natsApprover(headers('{"acc":"CORE","user":"UABC","name":"claimed"}'), accounts), {
    name: "nats:CORE/UABC",
    proof: "nats",
    caller,
  });
  for (const told of [
    [],
    ['{"acc":"CORE","user":"U"}', '{"acc":"CORE","user":"V"}'],
    ["{"],
    ['{"acc":"CORE"}'],
    ["7"],
  ]) {
    assert.throws(
      () => natsApprover(headers(...told), accounts),
      (error) => TroupeError.is(error, "forbidden"),
      JSON.stringify(told),
    );
  }
  assert.throws(() => natsApprover(undefined, accounts));
});

test("without accounts nobody is known, whatever a request claims", () => {
  const told = headers('{"acc":"CORE","user":"UABC"}');
  assert.equal(natsApprover(told, { hasAccounts: false, caller }).proof, "nobody");
});
