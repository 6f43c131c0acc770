import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as timer } from "node:timers/promises";
import { headers as newHeaders } from "@nats-io/transport-node";
import { connectTroupe, ERRORS, TERMINAL_STATUSES, type TroupeClient } from "@troupe/runtime";
import {
  type HopId,
  type Link,
  newTaskId,
  systemClock,
  systemRandom,
  type TaskId,
  type Version,
} from "@troupe/runtime/internal";
import { z } from "zod";
import { type Garbage, garbageBodies, nested } from "../support/garbage.ts";
import { RELAY_FILE } from "../support/relay-file.ts";
import { Stack, until } from "../support/stack.ts";

const Answer = z.union([
  z.object({ error: z.object({ code: z.string(), message: z.string().min(1) }) }),
  z.object({ task_id: z.string(), status: z.literal("accepted") }),
  z.record(z.string(), z.unknown()),
]);
const BODIES = garbageBodies(20_260);
const V1 = "v1" as Version;

let stack: Stack;
let client: TroupeClient;
let pids: readonly number[];

const partPids = () => [stack.supervisor, stack.gateway, ...stack.nodes].map((part) => part.pid);

/** A good task, run to its end among the garbage. */
async function goodTask(): Promise<void> {
  const { task_id } = await client.submit("a", { workMs: 1, number: 7 });
  const view = await client.result(task_id);
  assert.equal(view.status, "completed", JSON.stringify(view));
}

/** Nothing has died or forgotten anything, and work goes on. */
async function isUnharmed(): Promise<void> {
  await goodTask();
  assert.deepEqual(partPids(), pids, "a process was replaced");
  for (const part of [stack.supervisor, stack.gateway, ...stack.nodes])
    assert.ok(part.isRunning, `${part.name} has ended\n${part.log}`);
  await stack.isWhole();
}

/** Everything in the mailboxes is dealt with: nothing waits, nothing is delivered again and again. */
async function mailboxesAreEmpty(): Promise<void> {
  const { core, subjects } = stack;
  for (const role of ["a", "b", "c"]) {
    const subject = `${core.apiPrefix}.CONSUMER.INFO.${subjects.logStream(0)}.${subjects.durable(V1, role)}`;
    await until(`an empty mailbox of ${role}`, 20_000, async () => {
      const info = z
        .object({ num_pending: z.number(), num_ack_pending: z.number() })
        .parse((await core.nc.request(subject, "", { timeout: 2_000 })).json());
      if (info.num_pending + info.num_ack_pending > 0) throw new Error(JSON.stringify(info));
      return true;
    });
  }
}

/** Sends a request and checks that its answer is a clear one. Returns the task's id when it was accepted as a task. */
async function ask(link: Link, subject: string, { name, body }: Garbage) {
  const reply = await link.nc.request(subject, body, { timeout: 5_000 });
  const answer = Answer.parse(reply.json(), {
    error: () => `${subject} answered ${name} with ${reply.string().slice(0, 200)}`,
  });
  if ("error" in answer) {
    const { code } = z.object({ code: z.string() }).parse(answer.error);
    assert.ok(code in ERRORS, `${subject}: ${name}: unknown code ${code}`);
    assert.notEqual(code, "invariant_violated", `${subject}: ${name}: ${reply.string()}`);
  }
  return "task_id" in answer && typeof answer.task_id === "string" ? answer.task_id : undefined;
}

describe("garbage on every subject", { timeout: 240_000 }, () => {
  before(async () => {
    stack = await Stack.start({ system: "garbage", nodes: 2, systemFile: RELAY_FILE });
    client = await connectTroupe({ url: stack.server.url, system: "garbage" });
    pids = partPids();
    await goodTask();
  });
  after(async () => {
    await client.close();
    await stack[Symbol.asyncDispose]();
  });

  it("in every service that clients may call gets a clear answer, never silence", async () => {
    const { subjects } = stack;
    const services = [
      subjects.tasks("a", "submit"),
      subjects.tasks("nobody", "submit"),
      ...(["get", "list", "cancel", "log", "signal", "retry"] as const).map((verb) => subjects.taskVerb(verb)),
      ...(["health", "nodes", "actors", "queues", "tasks", "placement"] as const).map((v) => subjects.supervisor(v)),
    ];
    for (const subject of services) for (const body of BODIES) await ask(stack.client, subject, body);
    await isUnharmed();
  });

  it("submitted as a task is refused, or accepted and ended as failed", async () => {
    for (const body of BODIES) {
      const task = await ask(stack.client, stack.subjects.tasks("a", "submit"), body);
      if (task === undefined) continue;
      const view = await client.result(task);
      assert.ok(TERMINAL_STATUSES.has(view.status));
      assert.equal(view.status, "failed", `${body.name} is nothing that the relay accepts`);
      assert.ok(view.error?.code, JSON.stringify(view));
    }
    await isUnharmed();
  });

  it("in the streaming services ends the stream", async () => {
    const { client: link, subjects } = stack;
    for (const subject of [subjects.tasks("a", "run"), subjects.tasks("nobody", "run"), subjects.taskVerb("watch")]) {
      for (const { name, body } of BODIES) {
        const answers = await link.nc.requestMany(subject, body, { strategy: "sentinel", maxWait: 15_000 });
        let last: string | undefined;
        for await (const answer of answers) if (answer.data.length > 0) last = answer.string();
        assert.ok(last !== undefined, `${subject} did not answer ${name}`);
      }
    }
    await isUnharmed();
  });

  it("in the queue is taken out of it, and what follows is run", async () => {
    for (const { body } of BODIES) stack.client.nc.publish(stack.subjects.tasks("a", "queue"), body);
    for (const { body } of BODIES) stack.client.nc.publish(stack.subjects.tasks("nobody", "queue"), body);
    await stack.client.nc.flush();
    const info = `${stack.core.apiPrefix}.STREAM.INFO.${stack.subjects.stream("INGRESS")}`;
    await until("an empty ingress", 20_000, async () => {
      const answer = (await stack.core.nc.request(info, "", { timeout: 2_000 })).json();
      return z.object({ state: z.object({ messages: z.number() }) }).parse(answer).state.messages === 0;
    });
    await isUnharmed();
  });

  it("in what processes say to one another is ignored", async () => {
    const { core, subjects } = stack;
    const task = newTask();
    const notices = [
      subjects.heartbeat("node-1"),
      subjects.heartbeat("stranger"),
      ...(["ended", "died", "pause", "resume"] as const).map((verb) => subjects.control(verb)),
      subjects.live("a"),
      subjects.tokens(task, anyHop),
      subjects.doneEvent(task),
      subjects.rowChanged("placement", "node-1"),
      subjects.rowChanged("desired", "current"),
      subjects.rowChanged("members", "node-1"),
    ];
    for (const subject of notices) for (const { body } of BODIES) core.nc.publish(subject, body);
    await core.nc.flush();
    await timer(1_000);
    await isUnharmed();
  });

  it("in the services of nodes and supervisor changes nothing", async () => {
    const { core, subjects } = stack;
    const objects = BODIES.filter(({ name }) => name !== "an object of another schema");
    const verbs = [
      ...(["probe", "held", "stop", "drain", "declared_dead"] as const).map((verb) => subjects.node("node-1", verb)),
      ...(["deploy", "drain", "pause", "resume", "scale"] as const).map((verb) => subjects.supervisor(verb)),
    ];
    for (const subject of verbs) for (const body of objects) await ask(core, subject, body);
    await isUnharmed();
  });

  it("in rows that control the system is left alone", async () => {
    const { core, subjects } = stack;
    for (const { body } of BODIES) {
      for (const subject of [
        subjects.row("placement", "stranger"),
        subjects.row("members", "stranger"),
        subjects.row("desired", "version.v999"),
        subjects.row("desired", "nonsense"),
      ])
        await core.nc.request(subject, body, { timeout: 2_000 });
    }
    await timer(1_000);
    await isUnharmed();
  });

  it("in the task log is parked or dropped, whatever its header, sender, hop or mailbox", async () => {
    const { core, subjects } = stack;
    let published = 0;
    for (const garbage of BODIES) {
      for (const subject of hostileSubjects(subjects.system)) {
        for (const header of HEADERS) {
          const headers = header === undefined ? undefined : headersOf(header);
          await core.nc.request(subject(newTask()), garbage.body, { timeout: 2_000, ...(headers && { headers }) });
          published++;
        }
      }
    }
    assert.ok(published > 500, `only ${published} records`);
    await mailboxesAreEmpty();
    await isUnharmed();
  });

  it("a start that no role accepts ends its task as failed", async () => {
    const { core, subjects } = stack;
    const task = newTask();
    const headers = headersOf(GOOD_HEADER);
    await core.nc.request(subjects.start(task, "a"), nested(20_000), { timeout: 2_000, headers });
    const view = await client.result(task);
    assert.equal(view.status, "failed");
    assert.equal(view.error?.code, "malformed_record");
  });

  it("over HTTP is refused as a problem, 2 MB and 20,000 levels included", async () => {
    const url = httpUrl(stack.gateway.log);
    const bodies = [
      ...BODIES,
      { name: "2 MB", body: new TextEncoder().encode(`{"role":"a","input":"${"x".repeat(2_000_000)}"}`) },
    ];
    for (const { name, body } of bodies) {
      const answer = await fetch(`${url}/api/v1/tasks`, {
        method: "POST",
        body: new Uint8Array(body),
        headers: { "content-type": "application/json" },
      });
      const text = await answer.text();
      assert.ok(answer.status < 500, `${name}: ${answer.status} ${text.slice(0, 200)}`);
      if (answer.status >= 400) assert.match(answer.headers.get("content-type") ?? "", /problem\+json/, name);
    }
    for (const path of [
      "/api/v1/tasks/%00",
      "/api/v1/tasks/..%2f..",
      "/api/v1/tasks/0-v1-*/events",
      "/nowhere",
      "/api/v1/tasks?limit=-1",
    ]) {
      const answer = await fetch(`${url}${path}`);
      assert.ok(answer.status >= 400 && answer.status < 500, `${path}: ${answer.status}`);
      await answer.body?.cancel();
    }
    await isUnharmed();
  });
});

const anyHop = "0".repeat(26) as HopId;
const newTask = (): TaskId => newTaskId(0, V1, systemClock, systemRandom);

const GOOD_HEADER = '{"v":1,"p":{"i":0,"t":"default","d":0}}';
const HEADERS = [
  undefined,
  "no JSON",
  '{"v":99,"p":{"i":0,"t":"default","d":0}}',
  '{"v":1,"p":{"i":-1,"t":"","d":"deep","l":[1]}}',
  GOOD_HEADER,
  '{"v":1,"w":["node-1","1","nonce","",0,0,null],"p":{"i":0,"h":"0","w":1,"r":"b","t":"default","d":0}}',
] as const;

function headersOf(troupe: string) {
  const headers = newHeaders();
  headers.set("Troupe", troupe);
  return headers;
}

/** Records where no honest writer puts them. */
function hostileSubjects(system: string): ((task: TaskId) => string)[] {
  const under = (rest: string) => (task: TaskId) => `${system}.log.0.v1.${task}.${rest}`;
  return [
    under("start.client.m.send.a"),
    under(`${anyHop}.a.m.send.b`),
    under(`${anyHop}.nobody.m.send.b`),
    under(`${anyHop}.b.m.fan.b`),
    under(`${anyHop}.a.m.call.c`),
    under(`${anyHop}.c.m.reply.a`),
    under(`${anyHop}.supervisor.m.again1.a`),
    under(`${anyHop}.a.m.send.nobody`),
    under("not-a-hop.a.m.send.b"),
    under(`${anyHop}.a.m.strange.b`),
    under(`${anyHop}.a.s.step.x`),
    () => `${system}.log.0.v1.not-a-task.${anyHop}.a.m.send.b`,
    () => `${system}.log.0.v1.0-v2-${"0".repeat(26)}.${anyHop}.a.m.send.b${systemRandom.unit()}`,
  ];
}

function httpUrl(log: string): string {
  const found = /gateway at (http:\S+)/.exec(log)?.[1];
  assert.ok(found, "the gateway says where it listens");
  return found;
}
