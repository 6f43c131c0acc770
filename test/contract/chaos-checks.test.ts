import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { describe, it, test } from "node:test";
import type { AuditEntry, TaskId } from "@troupe/runtime/internal";
import { allReturned } from "../chaos/suite/checks/all-returned.ts";
import { approvalsKept } from "../chaos/suite/checks/approvals-kept.ts";
import { auditWhole } from "../chaos/suite/checks/audit-whole.ts";
import { conversationsInOrder } from "../chaos/suite/checks/conversations-in-order.ts";
import { eventsWhole } from "../chaos/suite/checks/events-whole.ts";
import { secretsKept } from "../chaos/suite/checks/secrets-kept.ts";
import { tenantsApart } from "../chaos/suite/checks/tenants-apart.ts";
import type { FollowedEvents, Round } from "../chaos/suite/evidence.ts";
import { INVARIANTS, invariantsPage } from "../chaos/suite/invariants-page.ts";
import { CHECKS } from "../chaos/suite/judge.ts";
import type { AskedAct } from "../chaos/suite/load/approval-load.ts";
import { PartReports } from "../chaos/suite/part-reports.ts";
import { SecretSearch } from "../chaos/suite/secret-search.ts";
import { calmRound } from "../support/calm-round.ts";
import { toHistory } from "../support/history.ts";
import { hopA, type Line, line, startHop, stored, subjects, task, taskNumber } from "../support/history-lines.ts";
import type { Violation } from "../support/invariants.ts";

const details = (violations: readonly Violation[]) => violations.map(({ detail }) => detail);
const round = (lines: readonly Line[], change: Partial<Round> = {}): Round =>
  calmRound({ history: toHistory(subjects, stored(lines)), ...change });
const done = (of: TaskId, body: unknown, atMs = 1_500): Line => ({ subject: subjects.done(of), atMs, body });

/** Turns 0, 1, … of one conversation, each with what its result says that it heard; `undefined` = two executors died on it. */
const talk = (...heard: readonly (readonly number[] | undefined)[]) => {
  const lines = heard.map((numbers, i) =>
    done(
      taskNumber(i),
      numbers === undefined
        ? { status: "failed", error: { code: "poison_message", message: "two died" }, by: "talker" }
        : { status: "completed", result: { heard: numbers }, by: "talker" },
    ),
  );
  const turns = heard.map((_, number) => ({ session: "s", number, task: taskNumber(number) }));
  return details(conversationsInOrder(round(lines, { turns })));
};

describe("order in a conversation", () => {
  it("holds where each turn heard all before it", () => assert.deepEqual(talk([0], [0, 1], [0, 1, 2]), []));
  it("notices a turn that was forgotten", () => assert.equal(talk([0], [0, 1], [0, 2]).length, 1));
  it("notices turns that changed places", () => assert.ok(talk([1, 0], [1]).length > 0));
  it("notices a turn that was heard twice", () => assert.equal(talk([0], [0, 1, 1]).length, 1));
  it("notices a turn that heard a later one", () => assert.ok(talk([0, 1], [0, 1]).length > 0));
  it("leaves open whether a poisoned turn was heard", () => {
    assert.deepEqual(talk([0], undefined, [0, 2]), []);
    assert.deepEqual(talk([0], undefined, [0, 1, 2]), []);
    assert.equal(talk([0], undefined, [0, 1, 2], [0, 2, 3]).length, 1, "once heard it stays so");
  });
  it("notices a turn that failed otherwise", () => {
    const turns = [{ session: "s", number: 0, task }];
    const failed = { status: "failed", error: { code: "handler_failed", message: "boom" }, by: "talker" };
    assert.deepEqual(details(conversationsInOrder(round([done(task, failed)], { turns }))), [
      "ended failed: handler_failed",
    ]);
    assert.equal(conversationsInOrder(round([], { turns })).length, 1);
  });
});

const YES = { value: { hash: "0".repeat(64), by: "ann", proof: "http" } };
const NO = { error: { code: "approval_denied", message: "denied by bob" } };
const answer = (body: unknown, from: "human" | "timer" = "human", atMs = 1_200) =>
  line(hopA, from, "m.reply.signer", undefined, body, atMs);
const completed = (result: unknown) => done(task, { status: "completed", result, by: "signer" });
const did = completed({ isDone: true });
const didNot = completed({ isDone: false, why: "denied" });
const effect = { number: 7, key: "k", receipt: 1, atMs: 1_300 };
const told = (verdict: "approve" | "deny", status = 200) => ({
  by: verdict === "approve" ? "ann" : "bob",
  verdict,
  status,
});
const judgeActs = (lines: readonly Line[], decisions: AskedAct["decisions"], received: Round["received"] = []) =>
  details(approvalsKept(round(lines, { acts: [{ task, number: 7, decisions }], received })));

const entry = (verdict: "requested" | "approved"): AuditEntry => ({
  v: 1,
  id: verdict,
  at: "2026-01-01T00:00:00Z",
  count: 1,
  what: { event: "approval", who: {}, task, approval: `${task}.${hopA}.1`, verdict },
});
const judgeAudit = (entries: readonly AuditEntry[], findings: Round["audit"]["findings"] = []) => {
  const acts = [{ task, number: 7, decisions: [] }];
  return details(auditWhole(round([answer(YES), did], { acts, audit: { entries, findings } })));
};

describe("approvals", () => {
  it("are kept by a yes, a no, and by nobody's answer", () => {
    assert.deepEqual(judgeActs([answer(YES), did], [told("approve"), told("deny", 409)], [effect]), []);
    assert.deepEqual(judgeActs([answer(NO), didNot], [told("approve", 409), told("deny")]), []);
    assert.deepEqual(judgeActs([answer(NO, "timer"), didNot], [told("approve", 410)]), []);
  });
  it("are broken by two decisions, stored or told", () => {
    assert.deepEqual(judgeActs([answer(YES), answer(NO), did], [], [effect]), ["2 answers are stored"]);
    assert.equal(judgeActs([answer(YES), did], [told("approve"), told("deny")], [effect]).length, 1);
    assert.equal(judgeActs([answer(YES), did], [told("deny")], [effect]).length, 1);
    assert.equal(judgeActs([answer(NO), didNot], [told("approve")]).length, 1);
  });
  it("are broken by an act before the yes, without one, or after the time was over", () => {
    assert.deepEqual(judgeActs([answer(YES), did], [told("approve")], [{ ...effect, atMs: 1_100 }]), [
      "it was done before the yes",
    ]);
    assert.deepEqual(judgeActs([answer(NO), didNot], [told("deny")], [effect]), ["it was done without a yes"]);
    assert.deepEqual(judgeActs([answer(NO, "timer"), didNot], [], [effect]), ["it was done without a yes"]);
  });
  it("are broken by a yes that nothing came of, unless it was too late", () => {
    assert.equal(judgeActs([answer(YES), completed({ isDone: true })], [told("approve")]).length, 1);
    assert.equal(judgeActs([answer(YES), didNot], [told("approve")]).length, 1);
    assert.deepEqual(
      judgeActs([answer(YES), completed({ isDone: false, why: "expired" })], [told("approve", 410)]),
      [],
    );
  });

  it("need their entries in the audit", () => {
    assert.deepEqual(judgeAudit([entry("requested"), entry("approved")]), []);
    assert.deepEqual(judgeAudit([entry("requested")]), ["no entry says approved"]);
    const finding = { sequence: 4, fault: "edited", reason: "it is not what was sealed" } as const;
    assert.equal(judgeAudit([entry("requested"), entry("approved")], [finding]).length, 1);
  });
});

const event = (id: number, type = "step") => ({ id: String(id), type });
const whole = [event(1, "accepted"), event(2), event(3), event(9, "done")];
const judgeEvents = (seen: FollowedEvents["seen"]) =>
  details(eventsWhole(round([], { followed: [{ task, seen, whole }] })));

describe("events of a followed task", () => {
  it("are whole when each came once, in order", () => assert.deepEqual(judgeEvents(whole), []));
  it("are not with a gap", () =>
    assert.deepEqual(judgeEvents(whole.filter(({ id }) => id !== "2")), ["event 2 (step) never came"]));
  it("are not with a repeat", () =>
    assert.deepEqual(judgeEvents([...whole.slice(0, 3), ...whole.slice(2)]), ["event 3 came after 3"]));
  it("are not without one end", () => {
    assert.equal(judgeEvents(whole.slice(0, 3)).length, 1);
    assert.equal(judgeEvents([...whole.slice(0, 2), event(3, "done"), event(9, "done")]).length, 1);
  });
  it("are not with one that nobody knows of afterwards", () =>
    assert.equal(judgeEvents([...whole.slice(0, 3), event(4), event(9, "done")]).length, 1));
});

const look = (isOwn: boolean, status: number) => ({ task, what: "read", isOwn, status });
const storedFor = (tenant: string) => {
  const [record] = stored([line(startHop, "client", "m.send.door", undefined, {}, 1_000)]);
  assert.ok(record);
  const passport = { index: 0, tenant, depth: 0, trail: [], taint: [], requires: [] };
  return toHistory(subjects, [{ ...record, header: { ...record.header, passport } }]);
};
const judgeTenants = (owner: string, ...looks: Round["looks"]) =>
  details(tenantsApart(calmRound({ history: storedFor("acme"), tenantOf: new Map([[task, owner]]), looks })));

describe("tenants", () => {
  it("are apart where the other one finds nothing", () =>
    assert.deepEqual(judgeTenants("acme", look(false, 404), look(true, 200)), []));
  it("are not where the other one is shown something, or told that there is something", () => {
    assert.equal(judgeTenants("acme", look(false, 200)).length, 1);
    assert.equal(judgeTenants("acme", look(false, 403)).length, 1);
  });
  it("are not where a task lies with another one, or its own does not find it", () => {
    assert.equal(judgeTenants("globex").length, 1);
    assert.equal(judgeTenants("acme", look(true, 404)).length, 1);
  });
});

const rest = (handles: number, heapBytes = 30e6) => ({ part: "node-1", handles, heapBytes });
const judgeRest = (after: Round["after"][number], queued: Round["queued"] = {}) =>
  details(allReturned(round([], { before: [rest(100)], after: [after], queued })));

describe("what is returned and kept", () => {
  it("notices handles, memory and messages that stay behind", () => {
    assert.deepEqual(judgeRest(rest(120, 40e6)), []);
    assert.equal(judgeRest(rest(100, 50e6)).length, 1);
    assert.deepEqual(judgeRest(rest(130)), ["130 handles, 100 before"]);
    assert.deepEqual(judgeRest(rest(100), { "v1-worker": 3 }), ["3 messages wait"]);
  });

  it("finds a secret in what a part says, also in two pieces, and does not repeat it", () => {
    const search = new SecretSearch({ "a key": "sk-secret", "a password": "hunter2" });
    search.look("the log of node-1", "nothing, and sk-se");
    search.look("the log of node-2", "cret");
    assert.deepEqual(secretsKept(round([], { spills: search.spills })), []);
    search.look("the log of node-1", "cret, and more");
    assert.deepEqual(details(secretsKept(round([], { spills: search.spills }))), ["a key is in the log of node-1"]);
  });
});

test("where a gateway is stays known whatever it says afterwards, from the moment that it has said so whole", () => {
  const reports = new PartReports();
  reports.hear("gateway-1", "a line\ngateway at http://127.0.0.1:12");
  assert.equal(reports.addressOf("gateway-1"), undefined);
  reports.hear("gateway-1", "34\n");
  for (let i = 0; i < 1_000; i++) reports.hear("gateway-1", `line ${i}\n`);
  assert.equal(reports.addressOf("gateway-1"), "http://127.0.0.1:1234");
  assert.equal(reports.addressOf("gateway-2"), undefined);
  reports.hear("gateway-1", "gateway at http://127.0.0.1:5678\n");
  assert.equal(reports.addressOf("gateway-1"), "http://127.0.0.1:5678");
});

test("docs/chaos.md says which check judges which invariant, and names tests that are there", async () => {
  const page = await readFile(new URL("../../docs/chaos.md", import.meta.url), "utf8");
  assert.equal(invariantsPage(page), page, "out of date: npm run docs");
  assert.throws(() => invariantsPage("no place"), /has no place for its tables/);
  for (const { number, tests, open } of INVARIANTS) {
    const isJudged = CHECKS.some(({ of }) => of.includes(number)) || tests.length > 0;
    assert.ok(isJudged || open !== undefined, `I${number} is judged nowhere, and nobody says why`);
    for (const file of tests) assert.ok(existsSync(new URL(`../../${file}`, import.meta.url)), file);
  }
});
