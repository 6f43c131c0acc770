/** Encrypted bodies in real processes: what lies in the store, what the door shows, and keys that change or are missing. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { jetstreamManager } from "@nats-io/jetstream";
import {
  createJetStreamLog,
  createPublisher,
  keyRingFileOf,
  type NewRecord,
  newTaskId,
  parseTaskId,
  readKeyRing,
  systemClock,
  systemRandom,
  type TaskId,
} from "@troupe/runtime/internal";
import { z } from "zod";
import { runCommand } from "../support/cli-in-process.ts";
import { Stack, until } from "../support/stack.ts";

const SYSTEM = fileURLToPath(new URL("../support/sealed-system.ts", import.meta.url));
const SECRET = "the card number is 4111-1111";
const LARGE = `${SECRET} ${"x".repeat(700_000)}`;

let stack: Stack;
let url: string;
let ring: string;

before(async () => {
  stack = await Stack.start({ system: "sealed", nodes: 1, systemFile: SYSTEM });
  ring = keyRingFileOf(join(stack.server.storeDir, "keys.json"));
  url = await stack.gatewayUrl();
});
after(() => stack[Symbol.asyncDispose]());

const keys = (...args: string[]) => runCommand(["encryption", ...args, "--file", ring]);

const Task = z.looseObject({ task_id: z.string(), status: z.string(), result: z.unknown().optional() });

const TaskIdText = z.string().transform((text): TaskId => parseTaskId(text)?.id ?? assert.fail(text));
const Failed = z.looseObject({
  error: z.looseObject({ code: z.string(), message: z.string() }),
  path: z.array(z.looseObject({ role: z.string() })),
});

async function post(text: string, more: Record<string, unknown> = {}, role = "first"): Promise<Response> {
  const body = JSON.stringify({ role, input: { text, pauseMs: 0, ...more }, session: "s" });
  return fetch(`${url}/api/v1/tasks`, { method: "POST", headers: { "Content-Type": "application/json" }, body });
}

async function submit(text: string, more: Record<string, unknown> = {}, role = "first"): Promise<string> {
  const answer = await post(text, more, role);
  assert.equal(answer.status, 202, await answer.clone().text());
  return Task.parse(await answer.json()).task_id;
}

const read = async (path: string): Promise<unknown> => (await fetch(`${url}/api/v1/tasks/${path}`)).json();

async function ended(task: string): Promise<z.infer<typeof Task>> {
  let view = Task.parse(await read(task));
  await until(`the end of ${task}`, 60_000, async () => {
    view = Task.parse(await read(task));
    return !["accepted", "running", "waiting"].includes(view.status);
  });
  return view;
}

/** Every message of every stream, as bytes. */
async function stored(): Promise<string> {
  const jsm = await jetstreamManager(stack.core.nc);
  const bodies: string[] = [];
  for await (const { config, state } of jsm.streams.list()) {
    for (let sequence = state.first_seq; sequence <= state.last_seq; sequence++) {
      const message = await jsm.streams.getMessage(config.name, { seq: sequence }).catch(() => null);
      if (message) bodies.push(`${config.name} ${message.subject} ${Buffer.from(message.data).toString("latin1")}`);
    }
  }
  return bodies.join("\n");
}

test("without a key ring the door says what is missing, and takes nothing", async () => {
  const answer = await post(SECRET);
  assert.equal(answer.status, 503);
  assert.match(await answer.text(), /encryption keys cannot be read/);
  const created = await keys("create", "--json");
  assert.deepEqual(Object.keys(readKeyRing(ring).keys).length, 1, created.stderr);
});

test("clients see their text, the store holds none of it, in no stream and no bucket", async () => {
  const small = await ended(await submit(SECRET));
  const message = { answer: { heard: { text: SECRET } }, kept: SECRET };
  assert.deepEqual([small.status, small.result], ["completed", { message }], JSON.stringify(small));
  const large = await ended(await submit(LARGE));
  assert.deepEqual(large.result, { message: { answer: { heard: { text: LARGE } }, kept: SECRET } });
  const all = await stored();
  assert.match(all, /SEALED_BLOBS/);
  assert.match(all, /\$sealed/);
  assert.doesNotMatch(all, /4111-1111/);
  assert.doesNotMatch(all, /x{64}/);
});

test("what guardrails take out of a message comes back for the role that may see it, and for nobody behind it", async () => {
  const text = "the ssn is 078-05-1120";
  const { status, result } = await ended(await submit(text, {}, "desk"));
  assert.equal(status, "completed", JSON.stringify(result));
  const paid = z.strictObject({ text: z.string(), hash: z.string() }).parse(result);
  assert.match(paid.text, /^the ssn is \[REDACTED_SSN:[a-z2-7]{10}\]$/);
  assert.equal(paid.hash, createHash("sha256").update(text).digest("hex"), "it had the value in hand");
  assert.doesNotMatch(await stored(), /078-05-1120/);
});

test("the door shows a task's progress and input, and the log what roles said to one another as it is stored", async () => {
  const task = await submit(SECRET);
  await ended(task);
  const events = await (await fetch(`${url}/api/v1/tasks/${task}/events`)).text();
  assert.match(events, /progress.*4111-1111/);
  const log = JSON.stringify(await read(`${task}/log`));
  assert.match(log, /"kind":"m.call"[^}]*"\$sealed"/);
  const retried = Task.parse(await (await fetch(`${url}/api/v1/tasks/${task}/retry`, { method: "POST" })).json());
  assert.equal((await ended(retried.task_id)).status, "completed");
});

test("a body that was moved to another task, or is not encrypted, is refused: nobody runs on it", async () => {
  const source = TaskIdText.parse(await submit(SECRET));
  await ended(source);
  const { core, subjects } = stack;
  const publisher = createPublisher(core);
  const log = createJetStreamLog({ link: core, publisher, subjects });
  try {
    const start = await log.get(subjects.start(source, "first"));
    assert.ok(start?.header);
    const version = parseTaskId(source)?.version ?? assert.fail(source);
    for (const body of [start.body, Buffer.from(JSON.stringify({ text: "plain", pauseMs: 0 }))]) {
      const task = newTaskId(0, version, systemClock, systemRandom);
      const record: NewRecord = { ...start, header: start.header, body, subject: subjects.start(task, "first") };
      assert.equal((await log.append(record)).kind, "stored");
      const { error, path } = Failed.parse(await ended(task));
      assert.equal(error.code, "malformed_record");
      assert.match(error.message, /does not open|is not encrypted/);
      assert.deepEqual(
        path.map(({ role }) => role),
        ["first"],
      );
    }
  } finally {
    publisher.close();
  }
});

test("keys are rotated while tasks run: none is lost, new bodies carry the new key, the old one can still be read", async () => {
  const first = Object.keys(readKeyRing(ring).keys)[0] ?? "none";
  const tasks = await Promise.all(Array.from({ length: 5 }, (_, at) => submit(`${SECRET} ${at}`)));
  await keys("rotate");
  const more = await Promise.all(Array.from({ length: 5 }, (_, at) => submit(`${SECRET} more ${at}`)));
  for (const task of [...tasks, ...more]) assert.equal((await ended(task)).status, "completed");
  const { current } = readKeyRing(ring);
  assert.notEqual(current, first);
  const input = (await stored()).split("\n").findLast((line) => line.includes(`.client.m.send.first `));
  assert.match(input ?? "", new RegExp(`"key":"${current}"`));
  assert.equal((await ended(tasks[0] ?? "")).status, "completed");
});

test("a host that has no key gives its messages back, and goes on when the key is there again", async () => {
  const task = await submit(SECRET, { pauseMs: 2_000 });
  await until("the wait", 60_000, async () => Task.parse(await read(task)).status === "waiting");
  await rename(ring, `${ring}.away`);
  const [node] = stack.nodes;
  assert.ok(node);
  await node.killGroup();
  node.start();
  await until("the reason in the node's log", 60_000, async () => /node node-1 has no encryption keys/.test(node.log));
  assert.notEqual(Task.parse(await read(task)).status, "failed");
  await rename(`${ring}.away`, ring);
  assert.equal((await ended(task)).status, "completed");
});
