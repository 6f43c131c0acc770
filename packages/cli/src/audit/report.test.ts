import assert from "node:assert/strict";
import { test } from "node:test";
import { type AuditEntry, seededRandom } from "@troupe/runtime/internal";
import { checkConnection, checkEvent, newCheckMark } from "../firewall/check-mark.ts";
import type { SourcedEntry } from "./read-entries.ts";
import { nameOf, sayWhat, securityReport } from "./report.ts";

const since = "2030-01-01T00:00:00.000Z";
const entry = (what: AuditEntry["what"], count = 1, source = "server"): SourcedEntry => ({
  sequence: 1,
  source,
  entry: { v: 1, id: "x", at: since, count, what },
});
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

const report = (...entries: SourcedEntry[]) => securityReport(entries, since);

test("what a check of the graph was refused is no failure, as long as an operator said that it was one", () => {
  const mark = newCheckMark(seededRandom(1));
  const as = (claimed: string) => entry({ ...denied("planner"), who: { role: "planner", claimed } }, 300);
  const attempts = as(checkConnection(mark, "planner"));
  const event = checkEvent(mark, "v7", { outcome: "begun" });
  const own = report(entry(event, 1, "operator"), attempts);
  assert.deepEqual([own.status, own.failures, own.graph_check_attempts, own.refused], ["good", 0, 300, []]);
  assert.equal(own.by_event.denied, 300);
  const real = report(entry(event, 1, "operator"), attempts, entry(denied("planner"), 5));
  assert.deepEqual([real.status, real.failures, real.graph_check_attempts], ["critical", 5, 300]);

  const guessed = [
    as(checkConnection(newCheckMark(seededRandom(2)), "planner")),
    as("cli/graph-check/planner"),
    as(mark),
  ];
  for (const pretended of guessed) {
    const { status, failures } = report(entry(event, 1, "operator"), pretended);
    assert.deepEqual([status, failures], ["critical", 300], nameOf(pretended.entry.what.who));
  }
  for (const source of ["gateway", "node", "supervisor"])
    assert.equal(report(entry(event, 1, source), attempts).status, "critical", `said by ${source}`);
});

test("somebody is called by what is sure of them before what they say", () => {
  assert.equal(nameOf({ account: "NODE", claimed: "node/n1" }), 'NODE "node/n1"');
  assert.equal(nameOf({ version: "v7", role: "planner", account: "R_v7_planner" }), "v7/planner");
  assert.equal(nameOf({}), "unknown");
  assert.equal(sayWhat(denied("planner")), "server refused publish a.b");
});
