import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  base32,
  formatTaskId,
  type HopId,
  isHopId,
  isSessionKey,
  isVersion,
  type SessionKey,
  type TaskId,
  type Version,
} from "../ids.ts";
import { formatRecordName, parseRecordName, type RecordName } from "./record-name.ts";
import { Subjects } from "./subjects.ts";

const subjects = new Subjects("troupe");

function version(text: string): Version {
  assert.ok(isVersion(text));
  return text;
}
function hop(fill: number): HopId {
  const text = base32(new Uint8Array(16).fill(fill));
  assert.ok(isHopId(text));
  return text;
}
function session(fill: number): SessionKey {
  const text = base32(new Uint8Array(16).fill(fill));
  assert.ok(isSessionKey(text));
  return text;
}
const TASK: TaskId = formatTaskId(3, version("v7"), new Uint8Array(16).fill(9));

const plain = { noNullPrototype: true };
const role = fc.constantFrom("router", "developer", "r2-d2");
const mailbox = fc.constantFrom("router", "developer_gpu");
const number = fc.nat(999_999_999).map(String);
const recordName: fc.Arbitrary<RecordName> = fc.oneof(
  fc.record(
    {
      class: fc.constant("m" as const),
      kind: fc.constantFrom("send", "fan", "call", "reply", "again3"),
      to: mailbox,
    },
    plain,
  ),
  fc.record(
    {
      class: fc.constant("c" as const),
      kind: fc.constantFrom("fan", "wait", "got", "claim", "dead"),
      to: number,
    },
    plain,
  ),
  fc.record(
    { class: fc.constant("s" as const), kind: fc.constantFrom("step", "begin", "fail", "emit"), to: number },
    plain,
  ),
);
const taskId = fc
  .tuple(fc.nat(999), fc.integer({ min: 1, max: 999_999_999 }), fc.uint8Array({ minLength: 16, maxLength: 16 }))
  .map(([shard, n, uuid]) => formatTaskId(shard, version(`v${n}`), uuid));

test("any record's subject parses back to what it was built from", () => {
  fc.assert(
    fc.property(taskId, fc.nat(255), role, recordName, (task, fill, from, name) => {
      const parsed = subjects.parseLog(subjects.record(task, hop(fill), from, name));
      assert.ok(parsed);
      assert.deepEqual([parsed.task, parsed.hop, parsed.from, parsed.name], [task, hop(fill), from, name]);
      assert.equal(`${parsed.shard}-${parsed.version}-${task.split("-")[2]}`, task);
      assert.deepEqual(parseRecordName(formatRecordName(name)), name);
    }),
  );
});

test("start and end of a task are records of their own places", () => {
  assert.deepEqual(subjects.parseLog(subjects.start(TASK, "router")), {
    shard: 3,
    version: "v7",
    task: TASK,
    hop: "start",
    from: "client",
    name: { class: "m", kind: "send", to: "router" },
  });
  const done = subjects.parseLog(subjects.done(TASK));
  assert.deepEqual([done?.hop, done?.from, done?.name.kind], ["end", "end", "done"]);
});

test("one subject has one meaning: tokens in the wrong place are refused", () => {
  const task = `troupe.log.3.v7.${TASK}`;
  const own = `${task}.${hop(1)}`;
  const wrong = [
    `${task}.end.router.t.done.client`, // the end by a role
    `${own}.router.t.done.client`, // the end under a hop
    `${own}.end.t.done.client`,
    `${task}.end.end.m.send.router`,
    `${own}.end.m.send.router`,
    `${own}.router.m.send.client`, // reserved word as a mailbox
    `${own}.router.m.send.client_gpu`,
    `${own}.ingress.m.send.router`,
    `${own}.router.m.again0.router`,
    `${own}.router.m.again.router`,
    `${own}.router.s.step.01`, // two spellings of one number
    `${own}.router.s.step.-1`,
    `${own}.router.s.step.1.2`,
    `${own}.router.c.send.1`,
    `${own}.router.v.rev.1`,
    `${own.replace("v7", "v8")}.router.s.step.1`, // a version that is not the task's
    `${own.replace("log.3", "log.4")}.router.s.step.1`, // a shard that is not the task's
    `${own.replace("log.3", "log.03")}.router.s.step.1`,
    `other.log.3.v7.${TASK}.${hop(1)}.router.s.step.1`,
    `troupe.key.3.v7.${TASK}.${hop(1)}.router.s.step.1`,
  ];
  for (const subject of wrong) assert.equal(subjects.parseLog(subject), undefined, subject);
  assert.ok(subjects.parseLog(`${own}.router.s.step.1`));
});

test("a hostile token anywhere makes a subject of the log none", () => {
  const tokens = subjects.record(TASK, hop(1), "router", { class: "s", kind: "step", to: "1" }).split(".");
  const hostile = fc.oneof(
    fc.constantFrom("*", ">", "", " ", "\r\n", "\u0000", "a".repeat(4_096), "__proto__", "ѕtep", "..", "a.b"),
    fc.string({ minLength: 1 }).filter((text) => !/^[a-z0-9-]*$/.test(text)),
  );
  fc.assert(
    fc.property(fc.nat(tokens.length - 1), hostile, (place, token) => {
      assert.equal(subjects.parseLog(tokens.with(place, token).join(".")), undefined);
      assert.equal(subjects.parseSession(tokens.with(place, token).join(".")), undefined);
    }),
  );
});

test("any text at all is a record, a session's record, or nothing", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      assert.equal(subjects.parseLog(text), undefined);
      assert.equal(subjects.parseSession(text), undefined);
      assert.equal(subjects.parseDoneEvent(text), undefined);
      assert.equal(subjects.parseTokens(text), undefined);
      assert.equal(subjects.logStreamOf(text), undefined);
      assert.equal(parseRecordName(text), undefined);
    }),
  );
});

test("state revisions and turns parse back, and nothing else of a session does", () => {
  const key = session(5);
  assert.deepEqual(subjects.parseSession(subjects.stateRevision(2, key, "planner", 7)), {
    shard: 2,
    session: key,
    role: "planner",
    number: 7,
  });
  assert.deepEqual(subjects.parseSession(subjects.turn(2, key, 1)), { shard: 2, session: key, number: 1 });
  for (const wrong of [
    `troupe.log.2.all.${key}.queue.router.v.turn.1`,
    `troupe.log.2.all.${key}.state.client.v.rev.1`,
    `troupe.log.2.all.${key}.state.planner.v.turn.1`,
    `troupe.log.2.v1.${key}.state.planner.v.rev.1`,
    `troupe.log.x.all.${key}.state.planner.v.rev.1`,
    `troupe.log.2.all.short.state.planner.v.rev.1`,
  ]) {
    assert.equal(subjects.parseSession(wrong), undefined, wrong);
  }
});

/** Whether a NATS filter matches a subject. */
function matches(filter: string, subject: string): boolean {
  const [wanted, given] = [filter.split("."), subject.split(".")];
  for (const [i, token] of wanted.entries()) {
    if (token === ">") return given.length > i;
    if (given[i] === undefined || (token !== "*" && token !== given[i])) return false;
  }
  return wanted.length === given.length;
}

test("a fence covers exactly its hop's own records, a mailbox exactly the messages to it", () => {
  const own = subjects.own(TASK, hop(1), "router");
  const step = (of: HopId, from: string) => subjects.record(TASK, of, from, { class: "s", kind: "step", to: "1" });
  assert.ok(matches(own, step(hop(1), "router")));
  assert.ok(!matches(own, step(hop(2), "router")));
  assert.ok(!matches(own, step(hop(1), "planner")));
  assert.ok(!matches(own, subjects.done(TASK)));

  const inbox = subjects.mailbox(3, version("v7"), "developer_gpu");
  const send = (to: string) => subjects.record(TASK, hop(1), "router", { class: "m", kind: "send", to });
  assert.ok(matches(inbox, send("developer_gpu")));
  assert.ok(!matches(inbox, send("developer")));
  assert.ok(!matches(inbox, step(hop(1), "router")));
  assert.ok(matches(subjects.mailbox(3, version("v7"), "router"), subjects.start(TASK, "router")));
});

test("observer filters match what they are for", () => {
  assert.ok(matches(subjects.everywhere(3, "t.done.client"), subjects.done(TASK)));
  assert.ok(matches(subjects.everywhere(3, "m.send.*"), subjects.start(TASK, "router")));
  assert.ok(matches(subjects.stateOf(2, session(1), "planner"), subjects.stateRevision(2, session(1), "planner", 3)));
  assert.ok(matches(subjects.turns(2, session(1)), subjects.turn(2, session(1), 3)));
  assert.ok(matches(`${subjects.task(TASK)}.>`, subjects.done(TASK)));
});

test("stream, durable and bucket names hold only characters that NATS takes", () => {
  const odd = new Subjects("my-system-2");
  for (const name of [
    odd.logStream(0),
    odd.stream("INGRESS"),
    odd.bucketStream("desired"),
    odd.durable(version("v1"), "a_b"),
  ]) {
    assert.match(name, /^[A-Za-z0-9_-]+$/);
  }
  assert.equal(odd.logStream(0), "MY_SYSTEM_2_LOG_0");
  assert.equal(odd.logStreamOf(odd.done(TASK)), "MY_SYSTEM_2_LOG_3");
  assert.equal(odd.logStreamOf(subjects.done(TASK)), undefined);
  assert.equal(odd.logStreamOf("my-system-2.log.*.v1.>"), undefined);
});
