/** The audit on a real server: who may write what, what the server refuses, chains that several extend, copies that somebody has changed. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { nkeys } from "@nats-io/transport-node";
import {
  AuditEntry,
  type AuditRecord,
  AuditSealer,
  AuditVerifier,
  AuditWriter,
  auditService,
  systemClock as clock,
  createPublisher,
  directGetAll,
  type EmbeddedServer,
  ensureResources,
  type Link,
  openLink,
  systemRandom as random,
  readAudit,
  Subjects,
  startEmbeddedServer,
  throwawaySigner,
  type UserName,
} from "@troupe/runtime/internal";
import { silentLogger as logger } from "../support/nats-server.ts";

const subjects = new Subjects("audited");
const signer = throwawaySigner();
const opened = new AsyncDisposableStack();
let server: EmbeddedServer;
let core: Link;

async function open(user: UserName): Promise<Link> {
  const seed = user === "client" ? undefined : server.seedOf(user);
  const link = await openLink({ servers: server.url, name: `test/${user}`, user, seed, logger });
  opened.defer(() => link.close());
  return link;
}

async function everything(): Promise<AuditRecord[]> {
  const records: AuditRecord[] = [];
  for await (const record of readAudit(core, subjects)) records.push(record);
  return records;
}

const entriesOf = async (source: "server" | "supervisor" | "node" | "gateway"): Promise<AuditEntry[]> =>
  (await everything())
    .filter(({ subject }) => subject === subjects.auditEntry(source))
    .map(({ body }) => AuditEntry.parse(JSON.parse(Buffer.from(body).toString())));

/** Waits for an entry, as long as the promise of 5 s allows. */
async function awaitEntry(is: (entry: AuditEntry) => boolean): Promise<AuditEntry> {
  const deadline = performance.now() + 5_000;
  for (;;) {
    const found = (await entriesOf("server")).find(is);
    if (found) return found;
    assert.ok(performance.now() < deadline, "no such entry in 5 s");
    await sleep(50);
  }
}

function verify(records: readonly AuditRecord[], heads: Parameters<AuditVerifier["end"]>[0] = []) {
  const verifier = new AuditVerifier(subjects, [signer.key]);
  for (const record of records) verifier.add(record);
  return verifier.end(heads);
}

const act = (about: string) => ({ event: "operator_act", who: {}, act: "scale", about }) as const;

before(async () => {
  server = await startEmbeddedServer({ system: "audited", env: process.env, logger });
  opened.defer(() => server.stop());
  core = await open("supervisor");
  await ensureResources(core, { subjects });
});
after(() => opened.disposeAsync());

test("what the server refuses is in the audit, with who tried what", async () => {
  const host = await open("host");
  host.nc.publish(subjects.supervisor("deploy"), "x");
  host.nc.subscribe("audited.audit.>", { callback: () => undefined });
  await host.nc.flush();
  const published = await awaitEntry(({ what }) => what.event === "denied" && what.act === "publish");
  assert.ok(published.what.event === "denied");
  assert.equal(published.what.what, subjects.supervisor("deploy"));
  assert.deepEqual([published.what.who.account, published.what.who.claimed], ["CORE", "test/host"]);
  const subscribed = await awaitEntry(({ what }) => what.event === "denied" && what.act === "subscribe");
  assert.equal(subscribed.what.event === "denied" && subscribed.what.what, "audited.audit.>");
});

test("a sign-in with an unknown key is in the audit", async () => {
  const seed = new TextDecoder().decode(nkeys.createUser().getSeed());
  const attempt = openLink({ servers: server.url, name: "burglar", user: "node", seed, logger, firstConnectMs: 200 });
  await assert.rejects(attempt, { code: "unauthorized" });
  const failed = await awaitEntry(({ what }) => what.event === "login_failed");
  const key = nkeys.fromSeed(new TextEncoder().encode(seed)).getPublicKey();
  assert.ok(failed.what.event === "login_failed" && failed.what.reason.includes(key));
});

test("a node and a gateway write entries of their own source, and of no other", async () => {
  for (const user of ["node", "gateway"] as const) {
    const link = await open(user);
    const writer = new AuditWriter({ link, subjects, source: user, clock, random });
    await writer.store(act(user));
    writer.close();
    assert.deepEqual((await entriesOf(user)).at(-1)?.what, act(user));
    const publisher = createPublisher(link, { timeoutMs: 500 });
    const foreign = (["server", "supervisor", "operator", "node", "gateway"] as const)
      .filter((source) => source !== user)
      .map((source) => subjects.auditEntry(source));
    for (const subject of [...foreign, subjects.auditCheckpoint()])
      assert.equal((await publisher.publish(subject, Buffer.from("{}"))).kind, "unknown", `${user} to ${subject}`);
    await assert.rejects(directGetAll(link, subjects.stream("AUDIT"), { filter: ">" }), { code: "unavailable" });
    publisher.close();
  }
});

test("a host reports what its tool gate decided and which rules fired, and the node says who it was", async () => {
  const service = auditService().open({
    openLink: () => open("node"),
    subjects,
    clock,
    random,
    logger,
    node: "n1",
    incarnation: "i1",
    deploymentOf: () => Promise.reject(new Error("not asked for")),
  });
  const caller = { version: "v3", role: "planner", incarnation: "i1-1" };
  const refused = { event: "tool_refused", tool: "shell", code: "permission", reason: "not in its list" };
  assert.equal(await service.ask(caller, refused), true);
  assert.deepEqual((await entriesOf("node")).at(-1)?.what, {
    ...refused,
    who: { node: "n1", role: "planner", version: "v3" },
  });
  const fired = { event: "rule_fired", rule: "cost", handler: "human", severity: "warning", reason: "it cost $11" };
  assert.equal(await service.ask({ ...caller, task: "0-v3-x" as never }, fired), true);
  assert.deepEqual((await entriesOf("node")).at(-1)?.what, {
    ...fired,
    task: "0-v3-x",
    who: { node: "n1", role: "planner", version: "v3" },
  });
  const claims = [
    { ...refused, who: { role: "router" } },
    { ...refused, task: "another" },
    { event: "login", who: {} },
    { event: "approval", who: {}, task: "t", approval: "a", verdict: "approved" },
    { ...refused, reason: "x".repeat(2_000) },
    null,
    [],
  ];
  for (const claim of claims) await assert.rejects(service.ask(caller, claim), { code: "invalid_request" });
  await service.close();
});

test("an event that is told twice is one entry", async () => {
  const writer = new AuditWriter({ link: core, subjects, source: "supervisor", clock, random });
  const known = (await entriesOf("supervisor")).length;
  await writer.store(act("once"), { id: "told-twice" });
  await writer.store(act("once"), { id: "told-twice" });
  writer.close();
  assert.equal((await entriesOf("supervisor")).length, known + 1);
});

test("sealers that race, and one that is replaced in the middle, make one chain", async () => {
  const writers = ["a", "b", "c"].map(
    () => new AuditWriter({ link: core, subjects, source: "supervisor", clock, random }),
  );
  const sealers = Array.from({ length: 3 }, () => new AuditSealer({ link: core, subjects, signer, clock }));
  let conflicts = 0;
  const seal = async (sealer: AuditSealer) => {
    await sealer.seal().catch((error: { code?: string }) => {
      assert.equal(error.code, "conflict");
      conflicts++;
    });
  };
  for (let round = 0; round < 10; round++) {
    const writes = writers.map((writer, index) => writer.store(act(`${round}/${index}`)));
    await Promise.all([...writes, ...sealers.map(seal)]);
    // Gone without a word, as by kill -9; the next one knows nothing but the stream.
    sealers[round % 3] = new AuditSealer({ link: core, subjects, signer, clock });
  }
  const last = new AuditSealer({ link: core, subjects, signer, clock });
  await last.seal();
  const verdict = verify(await everything(), [await last.head()]);
  assert.deepEqual(verdict.findings, []);
  assert.equal(verdict.unsealed, 0);
  assert.ok(verdict.checkpoints > 3 && conflicts > 0, `${verdict.checkpoints} checkpoints, ${conflicts} conflicts`);
  assert.equal(await last.seal(), 0, "nothing is left to seal");
});

test("a copy that somebody has changed is told from the stream's own", async () => {
  const sealer = new AuditSealer({ link: core, subjects, signer, clock });
  await sealer.seal();
  const [copy, head] = [await everything(), await sealer.head()];
  assert.equal(verify(copy, [head]).isIntact, true);
  for (const index of copy.keys()) {
    const record = copy[index];
    assert.ok(record);
    const edited = Buffer.from(record.body);
    edited.writeUInt8(edited.readUInt8(edited.length - 2) ^ 1, edited.length - 2);
    assert.equal(verify(copy.with(index, { ...record, body: edited }), [head]).isIntact, false, `edited ${index}`);
    assert.equal(verify(copy.toSpliced(index, 1), [head]).isIntact, false, `deleted ${index}`);
    assert.equal(verify(copy.slice(0, index), [head]).isIntact, false, `cut at ${index}`);
  }
});

test("records cannot be taken out of the stream, and a false checkpoint stops no chain", async () => {
  for (const [verb, body] of [
    ["PURGE", {}],
    ["MSG.DELETE", { seq: 1 }],
  ] as const) {
    const answer = await core.nc.request(`$JS.API.STREAM.${verb}.${subjects.stream("AUDIT")}`, JSON.stringify(body));
    assert.match(answer.string(), /"error"/, verb);
  }
  const publisher = createPublisher(core);
  await publisher.publish(subjects.auditCheckpoint(), Buffer.from('{"v":1,"number":9999}'));
  publisher.close();
  const forged = (await everything()).at(-1)?.sequence;
  const writer = new AuditWriter({ link: core, subjects, source: "supervisor", clock, random });
  await writer.store(act("after the forgery"));
  writer.close();
  const sealer = new AuditSealer({ link: core, subjects, signer, clock });
  assert.equal(await sealer.seal(), 3, "the checkpoint before, the false one, the entry");
  const { findings, unsealed } = verify(await everything(), [await sealer.head()]);
  assert.deepEqual(
    findings.map(({ sequence, fault }) => [sequence, fault]),
    [[forged, "malformed"]],
  );
  assert.equal(unsealed, 0);
});

test("entries of a time are read without those before it", async () => {
  await sleep(20);
  const sinceMs = clock.nowMs();
  const writer = new AuditWriter({ link: core, subjects, source: "supervisor", clock, random });
  await sleep(20);
  await writer.store(act("late"));
  writer.close();
  const found: string[] = [];
  for await (const { body } of readAudit(core, subjects, { sinceMs })) found.push(Buffer.from(body).toString());
  assert.equal(found.length, 1);
  assert.match(found[0] ?? "", /late/);
});
