/** The reference system under attack: from a process that holds a role's real keys, everything that the graph forbids is tried. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as timer } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { headers } from "@nats-io/transport-node";
import { startOfflineModel } from "@troupe/agents";
import { type Attempt, attacksAs, checkEvent, checkFirewall, newCheckMark, tryAct } from "@troupe/cli/internal";
import {
  AuditEntry,
  AuditWriter,
  callService,
  createPublisher,
  directGetLast,
  type HopId,
  hopId,
  type Link,
  newTaskId,
  openLink,
  openRoleKeys,
  PLACE_OF_ROLE,
  parseAckSubject,
  type RoleKeys,
  readAudit,
  requireCompiled,
  roleKeysFolderOf,
  START_HOP,
  systemClock,
  systemRandom,
  type TaskId,
  TroupeError,
} from "@troupe/runtime/internal";
import { silentLogger as logger } from "../support/nats-server.ts";
import { Stack, until } from "../support/stack.ts";

const REFERENCE = join(dirname(fileURLToPath(import.meta.resolve("@troupe/agents"))), "reference", "system.ts");
const opened = new AsyncDisposableStack();
let stack: Stack;
let keys: RoleKeys;
let attempts: readonly Attempt[];

before(async () => {
  const model = await startOfflineModel({ logger, clock: systemClock });
  opened.defer(() => model.close());
  process.env["TROUPE_MODEL_MODE"] = "offline";
  process.env["TROUPE_OFFLINE_URL"] = model.url;
  stack = opened.use(await Stack.start({ system: "fort", nodes: 1, systemFile: REFERENCE }));
  const [found] = await openRoleKeys(roleKeysFolderOf(join(stack.server.storeDir, "keys.json")));
  assert.ok(found);
  keys = found;
  const writer = new AuditWriter({
    link: stack.core,
    subjects: stack.subjects,
    source: "operator",
    clock: systemClock,
    random: systemRandom,
  });
  opened.defer(() => writer.close());
  const mark = newCheckMark(systemRandom);
  await writer.store(checkEvent(mark, keys.version, { outcome: "begun" }));
  attempts = await checkFirewall({
    mark,
    servers: stack.server.url,
    system: "fort",
    version: keys.version,
    manifest: keys.manifest,
    signInOf: async (role) => ({ ...PLACE_OF_ROLE, seed: keys.seeds[role] }),
    core: stack.core,
    clock: systemClock,
    random: systemRandom,
  });
});
after(() => opened.disposeAsync());

const succeeded = () => attempts.filter(({ isRefused }) => !isRefused);
const namesOf = (group: string, kind: RegExp) =>
  attempts.filter(({ attack }) => attack.group === group && kind.test(attack.name)).map(({ attack }) => attack.name);

test("nothing that the graph forbids succeeds, whichever role tries it", () => {
  assert.ok(attempts.length > 2_000, `only ${attempts.length} attempts`);
  assert.deepEqual(succeeded(), []);
});

test("the attempts cover each missing edge, each role to itself, each answer to the client, each door", () => {
  assert.equal(namesOf("missing edge", /\(send\)/).length, 14);
  assert.equal(namesOf("edge to itself", /\(send\)/).length, 6);
  assert.equal(namesOf("answer to the client", /\(done\)/).length, 4);
  assert.equal(new Set(namesOf("forged sender", /^client → (?!router)/)).size, 5);
});

test("each refusal is the server's own", () => {
  const said = /^Permissions Violation|^no responders$|"err_code":\d+|^nothing arrived at /;
  for (const { attack, answer } of attempts) assert.match(answer, said, `${attack.name}: ${answer}`);
});

test("each refusal that the server logs is in the audit soon, under the role that was refused", async () => {
  const wanted = new Set<string>();
  for (const { role, answer } of attempts) {
    const [, act, subject] = /^Permissions Violation for (Publish|Subscription) to "([^"]+)"/.exec(answer) ?? [];
    if (act !== undefined) wanted.add(`${role} ${act === "Publish" ? "publish" : "subscribe"} ${subject}`);
  }
  assert.ok(wanted.size > 500, `${wanted.size} refusals that the server logs`);
  await until("every refusal in the audit", 15_000, async () => {
    const told = new Set<string>();
    for await (const { subject, body } of readAudit(stack.core, stack.subjects)) {
      if (stack.subjects.parseAuditEntry(subject) !== "server") continue;
      const { what } = AuditEntry.parse(JSON.parse(Buffer.from(body).toString()));
      if (what.event === "denied") told.add(`${what.who.role} ${what.act} ${what.what}`);
    }
    const missing = [...wanted].filter((refusal) => !told.has(refusal));
    if (missing.length > 0) throw new Error(`${missing.length} of ${wanted.size} are missing: ${missing.join(" | ")}`);
    return true;
  });
  const { stdout: report } = await stack.troupe("audit", "report");
  const [, checked] = /^(\d+) refusals are attempts of `troupe graph check`, and no failures$/m.exec(report) ?? [];
  assert.ok(Number(checked) >= wanted.size, report);
  assert.doesNotMatch(report, /graph-check\//);
});

async function open(role: string): Promise<Link> {
  const seed = keys.seeds[role];
  assert.ok(seed);
  const link = await openLink({ servers: stack.server.url, name: `attacker/${role}`, seed, ...PLACE_OF_ROLE, logger });
  opened.defer(() => link.close());
  return link;
}

const newTask = (): { task: TaskId; hop: HopId } => {
  const task = newTaskId(0, keys.version, systemClock, systemRandom);
  return { task, hop: hopId(systemRandom.bytes(32), task, START_HOP, 0) };
};
const LOG = "FORT_LOG_0";

test("clients get no further than the doors", async () => {
  for (const role of ["planner", "analyst", "developer", "reviewer", "escalation"]) {
    await assert.rejects(callService(stack.client, `fort.tasks.${role}.submit`, "let me in"), { code: "unknown_role" });
  }
  await assert.rejects(
    callService(stack.client, "fort.supervisor.deploy", {}),
    (error) => error instanceof TroupeError,
  );
});

test("a role of the same system cannot settle a message that another role holds", async () => {
  await using held = await holdOne("planner");
  const attacker = await open("developer");
  const refused: string[] = [];
  void (async () => {
    for await (const status of attacker.nc.status()) if (status.type === "error") refused.push(status.error.message);
  })();
  for (const word of ["+ACK", "+TERM", "-NAK", "+NXT"]) attacker.nc.publish(held.ackSubject, word);
  await attacker.nc.flush();
  await until("the refusals", 15_000, async () => refused.length === 4);
  assert.equal(await pendingOf("v1-planner"), 1);
});

test("a message that is pulled goes to an inbox of the role, or nowhere", async () => {
  const { task, hop } = newTask();
  await using during = new AsyncDisposableStack();
  during.use(await pauseHosts());
  const [router, planner] = [await open("router"), await open("planner")];
  const subject = `${stack.subjects.task(task)}.${hop}.router.m.send.planner`;
  assert.equal(await store(router, subject), "stored");
  const places = [
    `${stack.subjects.task(task)}.${hop}.planner.m.send.router`,
    stack.subjects.row("desired", "steered"),
    stack.subjects.key("steered"),
  ];
  for (const reply of places) {
    planner.nc.publish(`JSC.API.CONSUMER.MSG.NEXT.${LOG}.v1-planner`, '{"batch":1,"no_wait":true}', { reply });
    planner.nc.publish(`$JS.ACK.${LOG}.v1-planner.1.1.1.1.0`, '+NXT {"batch":1,"no_wait":true}', { reply });
  }
  await planner.nc.flush();
  await timer(200);
  assert.equal(await directGetLast(stack.core, LOG, places[0] ?? ""), undefined);
  assert.equal(await directGetLast(stack.core, "KV_fort-desired", places[1] ?? ""), undefined);
  assert.equal(await directGetLast(stack.core, "FORT_KEYS", places[2] ?? ""), undefined);
});

/** Asks with an inbox that can be told from those of the role's own hosts, and waits for the answer. */
async function askAt(link: Link, inbox: string, subject: string, body: string): Promise<void> {
  const answers = link.nc.subscribe(inbox, { max: 1, timeout: 15_000 });
  link.nc.publish(subject, body, { reply: inbox });
  for await (const answer of answers) assert.equal(answer.subject, inbox);
}

test("a role hears nothing of other roles' inboxes, also under its own prefix", async () => {
  const [spy, victim] = [await open("analyst"), await open("developer")];
  const heard: string[] = [];
  spy.nc.subscribe("_INBOX.>", { callback: (_error, message) => void heard.push(message.subject) });
  await spy.nc.flush();
  const { task, hop } = newTask();
  const ownOf = (link: Link, role: string) =>
    `${link.apiPrefix}.DIRECT.GET.${LOG}.${stack.subjects.own(task, hop, role)}`;
  const inboxes = [`${victim.inboxPrefix}.victim.1`, `${stack.core.inboxPrefix}.core.1`, `${spy.inboxPrefix}.spy.1`];
  await askAt(victim, inboxes[0] ?? "", ownOf(victim, "developer"), "");
  await askAt(stack.core, inboxes[1] ?? "", "fort.supervisor.health", "");
  await askAt(spy, inboxes[2] ?? "", ownOf(spy, "analyst"), "");
  await spy.nc.flush();
  assert.deepEqual(
    heard.filter((inbox) => inboxes.includes(inbox)),
    inboxes.slice(2),
  );
});

test("sixty open batches of one role do not stop another from writing", async () => {
  const [attacker, honest] = [await open("developer"), await open("planner")];
  const { task, hop } = newTask();
  for (let batch = 0; batch < 60; batch++) {
    const block = headers();
    block.set("Nats-Batch-Id", `open-${batch}`);
    block.set("Nats-Batch-Sequence", "1");
    attacker.nc.publish(`${stack.subjects.task(task)}.${hop}.developer.s.step.${batch}`, "x", { headers: block });
  }
  await attacker.nc.flush();
  const subject = `${stack.subjects.task(task)}.${hop}.planner.s.step.1`;
  assert.equal(await store(honest, subject), "stored");
});

test("literal wildcards and forged markers on an edge of one's own are stored for nobody: no role runs them", async () => {
  const router = await open("router");
  const { task, hop } = newTask();
  const sys = stack.subjects.system;
  const forged = [
    `${sys}.log.0.v1.*.${hop}.router.m.send.planner`,
    `${sys}.log.0.v1.${task}.*.router.m.send.planner`,
    `${sys}.log.0.v1.${task}.>.router.m.send.planner`,
    `${sys}.log.0.v1.no-task.${hop}.router.m.send.planner`,
  ];
  for (const subject of forged) await store(router, subject);
  const marked = `${stack.subjects.task(task)}.${hop}.router.m.send.planner`;
  await store(router, marked, { "KV-Operation": "DEL", "Nats-Marker-Reason": "Purge" });
  await until("the planner to have dealt with them", 20_000, async () => (await pendingOf("v1-planner")) === 0);
  for (const filter of [`${sys}.log.0.v1.${task}.*.planner.m.>`, `${sys}.log.0.v1.*.${hop}.planner.m.>`]) {
    assert.equal(await directGetLast(stack.core, LOG, filter), undefined, `the planner answered under ${filter}`);
  }
});

test("the check can fail: the same attacks as the shared user of all roles succeed", async () => {
  const host = await openLink({
    servers: stack.server.url,
    name: "attacker/host",
    user: "host",
    seed: stack.server.seedOf("host"),
    logger,
  });
  opened.defer(() => host.close());
  const system = requireCompiled(keys.manifest);
  const router = system.roles.get("router");
  assert.ok(router);
  const range = { subjects: stack.subjects, version: keys.version, system, ...newTask() };
  let succeededNow = 0;
  for (const attack of attacksAs(range, router).filter(({ group }) => group === "missing edge")) {
    if (!(await tryAct(attack.act, host, stack.core, stack.subjects)).isRefused) succeededNow++;
  }
  assert.ok(succeededNow > 5, `only ${succeededNow} of the edges that the router lacks are open to the shared user`);
});

async function store(link: Link, subject: string, fields: Readonly<Record<string, string>> = {}): Promise<string> {
  const publisher = createPublisher(link, { timeoutMs: 1_000 });
  const { kind } = await publisher.publish(subject, Buffer.from("{}"), { Troupe: "forged", ...fields });
  publisher.close();
  return kind;
}

/** Messages of a durable that are not settled. */
async function pendingOf(durable: string): Promise<number> {
  const answer = await stack.core.nc.request(`$JS.API.CONSUMER.INFO.${LOG}.${durable}`, "");
  const { num_pending: waiting, num_ack_pending: held } = answer.json<{
    num_pending: number;
    num_ack_pending: number;
  }>();
  return waiting + held;
}

/** Stops the node's hosts from pulling, so that messages stay for the test. */
async function pauseHosts(): Promise<AsyncDisposable> {
  for (const role of ["planner"]) await callService(stack.core, "fort.supervisor.pause", { role });
  await timer(2_500); // a pull that waits lives for two seconds
  return {
    [Symbol.asyncDispose]: async () => {
      for (const role of ["planner"]) await callService(stack.core, "fort.supervisor.resume", { role });
    },
  };
}

/** Has a role hold one message of its own that is never settled before the end of the test. */
async function holdOne(role: string): Promise<AsyncDisposable & { readonly ackSubject: string }> {
  const paused = await pauseHosts();
  const { task, hop } = newTask();
  assert.equal(
    await store(await open("router"), `${stack.subjects.task(task)}.${hop}.router.m.send.${role}`),
    "stored",
  );
  const holder = await open(role);
  const held = Promise.withResolvers<string>();
  const inbox = "_INBOX.holder";
  holder.nc.subscribe(inbox, {
    callback: (_error, message) => {
      if (message.reply && parseAckSubject(message.reply)) held.resolve(message.reply);
    },
  });
  holder.nc.publish(`JSC.API.CONSUMER.MSG.NEXT.${LOG}.v1-${role}`, '{"batch":1}', { reply: inbox });
  return {
    ackSubject: await held.promise,
    [Symbol.asyncDispose]: async () => {
      await paused[Symbol.asyncDispose]();
    },
  };
}
