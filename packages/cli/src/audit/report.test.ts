import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditEntry } from "@troupe/runtime/internal";
import { nameOf, sayWhat, securityReport } from "./report.ts";

const since = "2030-01-01T00:00:00.000Z";
const entry = (what: AuditEntry["what"], count = 1): AuditEntry => ({ v: 1, id: "x", at: since, count, what });
const denied = (role: string) =>
  ({ event: "denied", by: "server", who: { version: "v7", role }, act: "publish", what: "a.b" }) as const;
const login = { event: "login", who: { account: "CLIENT" } } as const;
const failed = { event: "login_failed", who: { host: "10.0.0.7" }, reason: "no" } as const;

const statusAfter = (count: number) =>
  securityReport([entry(login), ...(count === 0 ? [] : [entry(failed, count)])], since).status;

test("the report is good without failures, a warning below five, and critical from five on", () => {
  assert.deepEqual([0, 1, 4, 5, 100].map(statusAfter), ["good", "warning", "warning", "critical", "critical"]);
});

test("events, failures and rate-limit hits are counted with the number that an entry stands for", () => {
  const limited = { event: "rate_limited", who: { user: "acme" }, what: "submit" } as const;
  const told = securityReport(
    [entry(login, 3), entry(denied("planner"), 2), entry(failed), entry(limited, 40), entry(denied("planner"))],
    since,
  );
  assert.deepEqual([told.events, told.failures, told.rate_limit_hits], [47, 4, 40]);
  assert.deepEqual(told.by_event, { login: 3, denied: 3, login_failed: 1, rate_limited: 40 });
  assert.deepEqual(
    told.refused.map(({ who, failures }) => [who, failures]),
    [
      ["v7/planner", 3],
      ["10.0.0.7", 1],
    ],
  );
});

test("somebody is called by what is sure of them before what they say", () => {
  assert.equal(nameOf({ account: "NODE", claimed: "node/n1" }), 'NODE "node/n1"');
  assert.equal(nameOf({ version: "v7", role: "planner", account: "R_v7_planner" }), "v7/planner");
  assert.equal(nameOf({}), "unknown");
  assert.equal(sayWhat(denied("planner")), "server refused publish a.b");
});
