/** The accounts as a real server enforces them: what each user may do, and what it is refused. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { headers } from "@nats-io/transport-node";
import {
  createLogger,
  directGetAll,
  directGetLast,
  type EmbeddedServer,
  ensureMailboxes,
  ensureResources,
  isVersion,
  type Link,
  openLink,
  type PulledMessage,
  type Service,
  Subjects,
  serve,
  startEmbeddedServer,
  startPull,
  type UserName,
} from "@troupe/runtime/internal";
import { published } from "../support/published.ts";

const logger = createLogger({ name: "test", level: "silent" });
const subjects = new Subjects("acc");
const LOG = "acc.log.0.v1.0-v1-00000000000000000000000000";
let server: EmbeddedServer;
const links = new Map<UserName, Link>();
const services: Service[] = [];

const linkOf = (user: UserName): Link => {
  const link = links.get(user);
  assert.ok(link);
  return link;
};

async function open(user: UserName): Promise<void> {
  // The client comes without a seed, as anybody on the machine does.
  const seed = user === "client" ? undefined : server.seedOf(user);
  links.set(user, await openLink({ servers: server.url, name: user, user, seed, logger }));
}

function answerOn(user: UserName, name: string, subject: string): void {
  services.push(
    serve(linkOf(user), {
      name,
      version: "1.0.0",
      description: "",
      logger,
      endpoints: { call: { subject, handle: (request) => request.respond({ from: user }) } },
    }),
  );
}

before(async () => {
  server = await startEmbeddedServer({ system: "acc", env: process.env, logger });
  for (const user of ["supervisor", "operator", "host", "node", "gateway", "client"] as const) await open(user);
  await ensureResources(linkOf("supervisor"), { subjects });
  const version = "v1";
  assert.ok(isVersion(version));
  await ensureMailboxes(linkOf("supervisor"), { subjects }, version, ["router"]);
  answerOn("gateway", "submit", "acc.tasks.*.submit");
  answerOn("gateway", "task", "acc.task.*");
  answerOn("supervisor", "supervisor", "acc.supervisor.*");
  answerOn("node", "node", "acc.node.n1.*");
  await Promise.all([...links.values()].map(({ nc }) => nc.flush()));
});
after(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await Promise.all([...links.values()].map((link) => link.close()));
  await server.stop();
});

/** `answered`, or why not. */
async function call(user: UserName, subject: string): Promise<string> {
  try {
    await linkOf(user).nc.request(subject, "", { timeout: 1_000 });
    return "answered";
  } catch (error) {
    const reason = error instanceof Error ? (error.cause ?? error) : error;
    return reason instanceof Error ? reason.constructor.name : String(reason);
  }
}

const publish = (user: UserName, subject: string) => published(linkOf(user), subject);

test("anybody on the machine may call the doors, ask the supervisor and discover services", async () => {
  for (const subject of ["acc.tasks.router.submit", "acc.task.get", "acc.supervisor.health", "$SRV.PING.supervisor"]) {
    assert.equal(await call("client", subject), "answered", subject);
  }
  assert.equal(await publish("client", "acc.tasks.router.queue"), "stored");
});

test("anonymous clients discover the services of every account, once each", async () => {
  const names: string[] = [];
  const { nc } = linkOf("client");
  for await (const message of await nc.requestMany("$SRV.PING", "", { strategy: "stall", maxWait: 1_000 })) {
    names.push(message.json<{ name: string }>().name);
  }
  assert.deepEqual(names.toSorted(), ["identities", "node", "submit", "supervisor", "task"]);
});

test("anonymous clients are refused everything else", async () => {
  const refused = [
    "acc.supervisor.deploy",
    "acc.node.n1.drain",
    "$JS.API.INFO",
    "$JS.API.STREAM.PURGE.ACC_LOG_0",
    `${LOG}.start.client.m.send.router`,
    "$KV.acc-desired.current",
    "acc.control.ended",
    "acc.heartbeat.n1",
    "acc.key.x",
  ];
  for (const subject of refused) assert.equal(await call("client", subject), "PermissionViolationError", subject);
  for (const subject of ["acc.log.>", "acc.events.>", ">", "_INBOX_supervisor.>"]) {
    const subscription = linkOf("client").nc.subscribe(subject, { callback: () => undefined });
    const reason = await subscription.closed;
    assert.ok(reason instanceof Error, `subscribed to ${subject}`);
  }
});

test("a client that names a stream's subject as its reply writes nothing there", async () => {
  const { nc } = linkOf("client");
  nc.publish("acc.tasks.router.submit", "", { reply: `${LOG}.start.client.m.send.router` });
  nc.publish("acc.tasks.router.queue", "x", { reply: "acc.key.steered" });
  await nc.flush();
  await call("client", "acc.task.get");
  assert.deepEqual(await directGetAll(linkOf("gateway"), "ACC_LOG_0", { filter: `${LOG}.start.>` }), []);
  assert.equal(await directGetLast(linkOf("gateway"), "ACC_KEYS", "acc.key.steered"), undefined);
});

test("a gateway writes starts, human replies, ends, turns and keys, and no role's records", async () => {
  const hop = "00000000000000000000000001";
  const allowed = [
    `${LOG}.start.client.m.send.router`,
    `${LOG}.${hop}.human.m.reply.router`,
    `${LOG}.end.end.t.done.client`,
    `acc.log.0.all.${hop}.queue.client.v.turn.1`,
    "acc.key.abc",
    "acc.ingress.normal.x",
  ];
  for (const subject of allowed) assert.equal(await publish("gateway", subject), "stored", subject);
  const refused = [
    `${LOG}.${hop}.router.m.send.planner`,
    `${LOG}.${hop}.router.s.step.1`,
    `${LOG}.${hop}.timer.m.reply.router`,
    "$KV.acc-desired.current",
    "$KV.acc-placement.n1",
    "$KV.acc-api-keys.k1",
  ];
  for (const subject of refused) assert.equal(await publish("gateway", subject), "unknown", subject);
  assert.equal(await call("gateway", "$JS.API.STREAM.DELETE.ACC_LOG_0"), "answered", "by its own, empty account");
  assert.equal(await call("gateway", "JSC.API.STREAM.DELETE.ACC_LOG_0"), "NoRespondersError");
  assert.ok((await directGetAll(linkOf("gateway"), "ACC_LOG_0", { filter: `${LOG}.>` })).length >= 3);
});

test("a gateway counts, reads the hashes of API keys, and cannot make a key; nodes and clients do neither", async () => {
  const counted = { headers: headers(), timeout: 1_000 };
  counted.headers.set("Nats-Incr", "+2");
  const subject = subjects.count("user", "k1", 7);
  const answer: unknown = (await linkOf("gateway").nc.request(subject, "", counted)).json();
  assert.deepEqual(answer, { stream: "ACC_COUNTS", seq: 1, val: "2" });
  assert.equal(await directGetLast(linkOf("gateway"), "KV_acc-api-keys", subjects.row("api-keys", "k1")), undefined);
  for (const user of ["node", "client", "host"] as const) {
    assert.notEqual(await call(user, subject), "answered", user);
    assert.notEqual(await call(user, "JSC.API.DIRECT.GET.KV_acc-api-keys.$KV.acc-api-keys.k1"), "answered", user);
  }
});

test("gateways alone write and read where push notifications go", async () => {
  const row = subjects.row("push", "0-v1-x.default");
  assert.equal(await publish("gateway", row), "stored");
  assert.equal((await directGetLast(linkOf("gateway"), subjects.bucketStream("push"), row))?.subject, row);
  for (const user of ["node", "client", "host"] as const) {
    assert.equal(await publish(user, row), "unknown", user);
    const read = `JSC.API.DIRECT.GET.${subjects.bucketStream("push")}.${row}`;
    assert.notEqual(await call(user, read), "answered", user);
  }
});

test("a node writes what nodes share, reads whose a task is, and no more of the log; nobody else does", async () => {
  const node = linkOf("node");
  for (const bucket of ["budgets", "cache", "limits"] as const) {
    const row = subjects.row(bucket, "k1");
    assert.equal(await publish("node", row), "stored");
    assert.equal((await directGetLast(node, subjects.bucketStream(bucket), row))?.subject, row);
    for (const user of ["gateway", "client", "host"] as const) assert.equal(await publish(user, row), "unknown", user);
  }
  assert.equal(
    (await directGetLast(node, "ACC_LOG_0", `${LOG}.start.client.m.send.*`))?.subject.includes("start"),
    true,
  );
  const get = `JSC.API.DIRECT.GET.ACC_LOG_0.${LOG}`;
  for (const rest of [">", "00000000000000000000000001.human.m.reply.router", "end.end.t.done.client"]) {
    assert.equal(await call("node", `${get}.${rest}`), "NoRespondersError", rest);
  }
  assert.equal(await call("node", "JSC.API.DIRECT.GET.ACC_LOG_0"), "NoRespondersError");
});

test("a gateway takes queued tasks through the ingress durable", async () => {
  const { promise, resolve } = Promise.withResolvers<PulledMessage>();
  const loop = startPull({
    link: linkOf("gateway"),
    stream: subjects.stream("INGRESS"),
    durable: "queue",
    slots: 1,
    logger,
    run: async (message) => {
      message.ack();
      resolve(message);
    },
  });
  assert.equal((await promise).subject, "acc.tasks.router.queue");
  await loop.stop();
});

test("a host publishes records, pulls, acknowledges and reads by subject, and nothing else", async () => {
  const host = linkOf("host");
  assert.equal(await publish("host", `${LOG}.00000000000000000000000002.router.s.step.1`), "stored");
  assert.equal((await directGetLast(host, "ACC_LOG_0", `${LOG}.>`))?.subject.endsWith("s.step.1"), true);
  const { promise, resolve } = Promise.withResolvers<PulledMessage>();
  const loop = startPull({
    link: host,
    stream: "ACC_LOG_0",
    durable: "v1-router",
    slots: 1,
    logger,
    run: async (message) => {
      message.ack();
      resolve(message);
    },
  });
  assert.equal((await promise).subject, `${LOG}.start.client.m.send.router`);
  await loop.stop();
  const refused = [
    "$JS.API.STREAM.DELETE.ACC_LOG_0",
    "$JS.API.STREAM.MSG.GET.ACC_LOG_0",
    "$JS.API.CONSUMER.DELETE.ACC_LOG_0.v1-router",
    "$JS.API.DIRECT.GET.KV_acc-desired.$KV.acc-desired.current",
    "$KV.acc-desired.current",
    "acc.supervisor.deploy",
    "acc.key.x",
  ];
  for (const subject of refused) assert.equal(await call("host", subject), "PermissionViolationError", subject);
});

test("a node reads desired state and placement, and cannot write them or the log", async () => {
  for (const bucket of ["desired", "placement"] as const) {
    assert.equal(
      await directGetLast(linkOf("node"), subjects.bucketStream(bucket), subjects.row(bucket, "x")),
      undefined,
    );
    assert.equal(await publish("node", subjects.row(bucket, "x")), "unknown");
  }
  assert.equal(await publish("node", `${LOG}.00000000000000000000000002.router.s.step.2`), "unknown");
  await assert.rejects(directGetLast(linkOf("node"), "ACC_LOG_0", `${LOG}.>`), { code: "unavailable" });
});

test("supervisor and operator reach nodes and doors", async () => {
  for (const user of ["supervisor", "operator"] as const) {
    for (const subject of ["acc.node.n1.held", "acc.tasks.router.submit", "acc.task.get", "acc.supervisor.deploy"]) {
      assert.equal(await call(user, subject), "answered", `${user} ${subject}`);
    }
  }
});

async function heard(users: readonly UserName[], subject: string, send: () => void): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const subscriptions = users.map((user) => {
    counts[user] = 0;
    return linkOf(user).nc.subscribe(subject, {
      callback: () => {
        counts[user] = (counts[user] ?? 0) + 1;
      },
    });
  });
  await Promise.all(users.map((user) => linkOf(user).nc.flush()));
  send();
  // Every link asks the server something behind the notice, twice round, so that it has been delivered.
  for (let round = 0; round < 2; round++) await Promise.all([...links.values()].map(({ nc }) => nc.flush()));
  for (const subscription of subscriptions) subscription.unsubscribe();
  return counts;
}

const say = (user: UserName, subject: string) => () => linkOf(user).nc.publish(subject, "{}");

test("notices reach everybody who acts on them, exactly once", async () => {
  const everyone = { supervisor: 1, host: 1, node: 1 };
  const listeners = ["supervisor", "host", "node"] as const;
  assert.deepEqual(await heard(listeners, "acc.control.ended", say("gateway", "acc.control.ended")), everyone);
  assert.deepEqual(await heard(listeners, "acc.control.ended", say("supervisor", "acc.control.ended")), everyone);
  assert.deepEqual(await heard(listeners, "acc.control.died", say("node", "acc.control.died")), everyone);
  assert.deepEqual(await heard(listeners, "acc.control.died", say("supervisor", "acc.control.died")), everyone);
  const beats = await heard(["supervisor", "operator"], "acc.heartbeat.*", say("node", "acc.heartbeat.n1"));
  assert.deepEqual(beats, { supervisor: 1, operator: 1 });
  assert.deepEqual(await heard(["gateway"], "acc.tokens.>", say("host", "acc.tokens.t.h")), { gateway: 1 });
  assert.deepEqual(await heard(["gateway"], "acc.live.*", say("host", "acc.live.t")), { gateway: 1 });
});

test("the supervisor hears of a lost connection of a node", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const subscription = linkOf("supervisor").nc.subscribe("$SYS.ACCOUNT.*.DISCONNECT", {
    callback: (_error, message) => resolve(message.subject),
  });
  await linkOf("supervisor").nc.flush();
  const leaving = await openLink({
    servers: server.url,
    name: "leaving",
    user: "node",
    seed: server.seedOf("node"),
    logger,
  });
  await leaving.close();
  assert.equal(await promise, "$SYS.ACCOUNT.NODE.DISCONNECT");
  subscription.unsubscribe();
});

test("a wrong seed is unauthorized, it does not fall back to the anonymous user", async () => {
  const other = await startEmbeddedServer({ system: "other", env: process.env, logger });
  const foreign = other.seedOf("supervisor");
  await other.stop();
  await assert.rejects(
    openLink({ servers: server.url, name: "wrong", user: "supervisor", seed: foreign, logger, firstConnectMs: 500 }),
    { code: "unauthorized" },
  );
});
