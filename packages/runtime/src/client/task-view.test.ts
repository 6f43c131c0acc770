import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { RecordHeader, Writer } from "../contracts/record.ts";
import { Subjects } from "../contracts/subjects.ts";
import type { TaskEvent } from "../contracts/task.ts";
import { type HopId, parseTaskId, type TaskId } from "../ids.ts";
import { openWaits, taskPassport } from "./open-waits.ts";
import { taskEvents } from "./task-events.ts";
import type { TaskRecord } from "./task-record.ts";
import { taskView } from "./task-view.ts";

const subjects = new Subjects("demo");
const task = "0-v1-01jd0000000000000000000000" as TaskId;
assert.ok(parseTaskId(task));
const hop = (n: number) => String(n).padStart(26, "0") as HopId;
const T0 = 1_700_000_000_000;

/** Writes the lines of a task's log: hop, writer's role, `<class>.<kind>.<to>`, header, body. */
function history(...lines: [HopId | "end", string, string, RecordHeader?, unknown?][]): TaskRecord[] {
  return lines.map(([at, from, name, header, body], i) => {
    const subject = subjects.parseLog(`${subjects.task(task)}.${at}.${from}.${name}`);
    assert.ok(subject, `${at}.${from}.${name}`);
    return { sequence: (i + 1) * 10, atMs: T0 + i * 1_000, subject, header, body };
  });
}
const by = (node: string, more: Partial<Writer> = {}): RecordHeader => ({
  writer: { node, incarnation: "i1", nonce: `${node}-x`, claim: 0, segment: 0, ...more },
});
const start: [HopId, string, string, RecordHeader, unknown] = [
  "start" as HopId,
  "client",
  "m.send.router",
  {
    passport: { index: 0, tenant: "t", depth: 0, trail: [], taint: [], requires: [], remainingMs: 5_000 },
    origin: { session: "chat-7", user: "ann", metadata: { a: "b" } },
  },
  "hello",
];
const brief = (event: TaskEvent) => `${"id" in event ? event.id : "-"} ${event.type}`;
const done = (result: unknown, role: string): unknown => ({ status: "completed", result, by: role });

test("a stored start alone is an accepted task with its role, session and metadata", () => {
  const view = taskView(task, history(start));
  assert.equal(view?.status, "accepted");
  assert.equal(view?.role, "router");
  assert.equal(view?.session, "chat-7");
  assert.deepEqual(view?.metadata, { a: "b" });
  assert.equal(view?.created_at, new Date(T0).toISOString());
});

test("no records and nothing accepted means that the task is not known", () => {
  assert.equal(taskView(task, []), undefined);
  assert.equal(taskView(task, [], { role: "router", atMs: T0 })?.status, "accepted");
});

test("a relay ends with its path, summed run times, tokens and cost", () => {
  const usage = { inputTokens: 100, outputTokens: 20, costMicros: 1_500 };
  const view = taskView(
    task,
    history(
      start,
      [hop(1), "router", "s.step.0", { ...by("n1"), usage }, { name: "model", value: 1 }],
      [hop(1), "router", "m.send.writer", by("n1", { ranMs: 12.4 }), "x"],
      [hop(2), "writer", "s.step.0", { ...by("n2"), usage }, { name: "model", value: 1 }],
      ["end", "end", "t.done.client", by("n2", { ranMs: 30 }), done("bye", "writer")],
    ),
  );
  assert.equal(view?.status, "completed");
  assert.equal(view?.result, "bye");
  assert.deepEqual(view?.path, [
    { role: "router", node: "n1", ms: 12, attempts: 1 },
    { role: "writer", node: "n2", ms: 30, attempts: 1 },
  ]);
  assert.deepEqual(view?.tokens, { input: 200, output: 40, total: 240 });
  assert.equal(view?.cost, 0.003);
});

test("a last hop that wrote nothing but the end is on the path", () => {
  const view = taskView(
    task,
    history(
      start,
      [hop(1), "router", "m.send.writer", by("n1"), "x"],
      ["end", "end", "t.done.client", by("n2", { ranMs: 5 }), done(1, "writer")],
    ),
  );
  assert.deepEqual(
    view?.path.map((p) => `${p.role}@${p.node}`),
    ["router@n1", "writer@n2"],
  );
});

test("a take-over counts as an attempt, the continuation of a wait does not", () => {
  const wait = {
    need: 1,
    for: [{ type: "timer", hop: hop(9), index: 0, afterMs: 5 }],
    input: subjects.start(task, "router"),
  };
  const view = taskView(
    task,
    history(
      start,
      [hop(1), "router", "c.claim.1", by("n2", { claim: 0 }), { message: "m" }],
      [hop(1), "router", "c.wait.1", by("n2", { claim: 1 }), wait],
      [hop(9), "timer", "m.reply.router", {}, { value: null }],
      [hop(1), "router", "c.claim.2", by("n3", { claim: 1, segment: 1 }), { message: "m" }],
      [hop(1), "router", "m.send.writer", by("n3", { claim: 2, segment: 1 }), 1],
    ),
  );
  assert.deepEqual(view?.path, [{ role: "router", node: "n3", ms: 0, attempts: 2 }]);
  assert.equal(view?.status, "running");
});

const signalWait = {
  need: 1,
  for: [{ type: "signal", hop: hop(9), index: 3, name: "go" }],
  input: subjects.start(task, "router"),
};

test("a task waits only while none of its hops can go on", () => {
  const waiting = history(start, [hop(1), "router", "c.wait.1", by("n1"), signalWait]);
  assert.equal(taskView(task, waiting)?.status, "waiting");
  const passport = { index: 3, parent: hop(1), wait: 1, tenant: "t", depth: 0, trail: [], taint: [], requires: [] };
  const answered = [
    ...waiting,
    ...history(start, [hop(9), "human", "m.reply.router", { passport }, { value: 1 }]).slice(1),
  ];
  assert.equal(taskView(task, answered)?.status, "running");
});

test("a task whose hop was parked waits, until somebody has its message", () => {
  const dead = { error: { code: "tool_failed", message: "no" }, attempts: 1 };
  const parked = history(start, [hop(1), "router", "c.dead.0", by("n1"), dead]);
  assert.equal(taskView(task, parked)?.status, "waiting");
  const retried = history(
    start,
    [hop(1), "router", "c.dead.0", by("n1"), dead],
    [hop(1), "supervisor", "m.send.router", {}, 1],
  );
  assert.equal(taskView(task, retried)?.status, "running");
});

test("calls that lost a join do not keep a task from waiting, begun or not", () => {
  const call = (n: number) => ({ type: "call", hop: hop(n), index: n, to: "writer", body: 1 });
  const passport = { index: 5, parent: hop(1), wait: 1, tenant: "t", depth: 0, trail: [], taint: [], requires: [] };
  const raced = history(
    start,
    [hop(1), "router", "c.wait.1", by("n1"), { need: 1, for: [call(5), call(6), call(7)], input: "x" }],
    [hop(6), "writer", "s.step.1", by("n2"), { name: "slow" }],
    [hop(5), "writer", "m.reply.router", { ...by("n2"), passport }, { value: 1 }],
    [hop(1), "router", "c.claim.1", by("n1", { segment: 1, claim: 1 })],
  );
  assert.equal(taskView(task, raced)?.status, "running");
  const waiting = [
    ...raced,
    ...history([hop(1), "router", "c.wait.2", by("n1", { segment: 1, claim: 1 }), signalWait]),
  ];
  assert.equal(taskView(task, waiting)?.status, "waiting");
});

test("a wait for a call is running until the called hop waits too", () => {
  const wait = { need: 1, for: [{ type: "call", hop: hop(5), index: 0, to: "writer", body: 1 }], input: "x" };
  const calling = history(start, [hop(1), "router", "c.wait.1", by("n1"), wait]);
  assert.equal(taskView(task, calling)?.status, "running");
  const both = history(
    start,
    [hop(1), "router", "c.wait.1", by("n1"), wait],
    [hop(5), "writer", "c.wait.1", by("n2"), signalWait],
  );
  assert.equal(taskView(task, both)?.status, "waiting");
});

test("an end that does not parse is a failed task, not an exception", () => {
  const view = taskView(task, history(start, ["end", "end", "t.done.client", {}, { hostile: true }]));
  assert.equal(view?.status, "failed");
  assert.equal(view?.error?.code, "malformed_record");
});

test("an error code of another version keeps its name in the details", () => {
  const error = { code: "from_the_future", message: "m" };
  const view = taskView(
    task,
    history(start, ["end", "end", "t.done.client", {}, { status: "failed", by: "x", error }]),
  );
  assert.deepEqual(view?.error, { code: "handler_failed", message: "m", details: { code: "from_the_future" } });
});

test("every kind of record has its event, in order, with the record's sequence as id", () => {
  const records = history(
    start,
    [
      hop(1),
      "router",
      "s.step.0",
      { ...by("n1"), usage: { inputTokens: 3, outputTokens: 4, costMicros: 0 } },
      { name: "ask", value: 1 },
    ],
    [hop(1), "router", "s.emit.1", by("n1"), { name: "half", data: 50 }],
    [hop(1), "router", "s.fail.1", by("n1"), { attempt: 1, error: { code: "handler_failed", message: "boom" } }],
    [hop(1), "router", "c.claim.1", by("n2"), { message: "m" }],
    [hop(1), "router", "c.wait.1", by("n2"), signalWait],
    [hop(9), "human", "m.reply.router", {}, { value: 1 }],
    [
      hop(1),
      "router",
      "c.fan.0",
      by("n2", { ranMs: 7 }),
      { outputs: [{ hop: hop(3), index: 0, to: "writer_gpu", body: 1 }] },
    ],
    [hop(3), "router", "m.fan.writer_gpu", {}, 1],
    [hop(3), "writer", "c.dead.0", by("n1"), { error: { code: "loop_detected", message: "round" }, attempts: 1 }],
    [
      "end",
      "end",
      "t.done.client",
      {},
      { status: "failed", by: "supervisor", error: { code: "loop_detected", message: "round" } },
    ],
  );
  const events = taskEvents(task, records);
  assert.deepEqual(events.map(brief), [
    "10 accepted",
    "20 step",
    "30 progress",
    "40 retry",
    "50 claim",
    "60 wait",
    "70 reply",
    "80 forward",
    "100 dead",
    "110 done",
  ]);
  assert.deepEqual(events[1], {
    type: "step",
    id: 20,
    at: new Date(T0 + 1_000).toISOString(),
    role: "router",
    node: "n1",
    name: "ask",
    tokens: 7,
  });
  assert.deepEqual(events.find((e) => e.type === "wait")?.for, ["signal go"]);
  assert.deepEqual(events.find((e) => e.type === "forward")?.to, ["writer"]);
  assert.deepEqual(taskEvents(task, records, 80).map(brief), ["100 dead", "110 done"]);
});

test("a resumed watcher's last event shows the whole task, not only what came after", () => {
  const records = history(
    start,
    [hop(1), "router", "m.send.writer", by("n1"), 1],
    ["end", "end", "t.done.client", by("n2"), done(1, "writer")],
  );
  const [last] = taskEvents(task, records, 20);
  assert.ok(last?.type === "done");
  assert.equal(last.task.path.length, 2);
});

test("an open signal names its hop, wait and mailbox, and is closed by its reply, by going on and by the end", () => {
  const waiting = history(start, [hop(1), "router", "c.wait.1", by("n1"), signalWait]);
  const [open, ...rest] = openWaits(subjects, waiting);
  assert.deepEqual(rest, []);
  assert.equal(open?.hop, hop(1));
  assert.equal(open?.wait, 1);
  assert.equal(open?.mailbox, "router");
  const more = (...line: Parameters<typeof history>) => [...waiting, ...history(...line)];
  assert.deepEqual(openWaits(subjects, more([hop(9), "timer", "m.reply.router", {}, { value: 1 }])), []);
  assert.deepEqual(openWaits(subjects, more([hop(1), "router", "c.claim.1", by("n1", { segment: 1 }), {}])), []);
  assert.deepEqual(openWaits(subjects, more(["end", "end", "t.done.client", {}, done(1, "x")])), []);
});

test("the passport that an answer carries has the time already spent taken off, not below 0", () => {
  assert.equal(taskPassport(history(start), T0 + 2_000)?.remainingMs, 3_000);
  assert.equal(taskPassport(history(start), T0 + 9_000)?.remainingMs, 0);
});

test("whatever the bodies hold, the view and the events are computed and no exception gets out", () => {
  const names = [
    "m.send.writer",
    "m.reply.router",
    "c.wait.1",
    "c.fan.0",
    "c.claim.1",
    "c.got.0",
    "c.dead.0",
    "s.step.0",
    "s.emit.1",
    "s.fail.1",
  ];
  const line = fc.tuple(fc.constantFrom(...names), fc.constantFrom(hop(1), hop(2)), fc.jsonValue({ maxDepth: 3 }));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), fc.jsonValue(), (lines, last) => {
      const records = history(
        start,
        ...lines.map(([name, at, body]): Parameters<typeof history>[number] => [at, "router", name, by("n1"), body]),
        ["end", "end", "t.done.client", {}, last],
      );
      const view = taskView(task, records);
      assert.ok(view?.finished_at);
      const events = taskEvents(task, records);
      assert.equal(events.at(-1)?.type, "done");
      openWaits(subjects, records.slice(0, -1));
    }),
    { numRuns: 200 },
  );
});
