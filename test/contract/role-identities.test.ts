/** Identities of roles on the embedded server: issued and revoked while it runs, there again after a restart, for their owner only. */
import assert from "node:assert/strict";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  callService,
  type EmbeddedServer,
  ensureMailboxes,
  ensureResources,
  type Link,
  openLink,
  PLACE_OF_ROLE,
  readRoleKeys,
  roleKeysFolderOf,
  Subjects,
  SystemManifest,
  startEmbeddedServer,
  startPull,
  type UserName,
  type Version,
} from "@troupe/runtime/internal";
import { disconnection } from "../support/disconnection.ts";
import { silentLogger as logger } from "../support/nats-server.ts";
import { published, stored, storedAtLast } from "../support/published.ts";
import { until } from "../support/stack.ts";

const subjects = new Subjects("ids");
const v1 = "v1" as Version;
const v2 = "v2" as Version;
const role = { kind: "actor" } as const;
const MANIFEST = SystemManifest.parse({
  name: "pair",
  graph: { client: ["a"], a: ["b"], b: ["client"] },
  roles: { a: role, b: role },
});
const HOP = "log.0.v1.0-v1-00000000000000000000000000.00000000000000000000000001";
let server: EmbeddedServer;
let core: Link;
const opened = new AsyncDisposableStack();

const keysOf = (version: Version) => readRoleKeys(roleKeysFolderOf(join(server.storeDir, "keys.json")), version);

async function open(user: UserName): Promise<Link> {
  const seed = user === "client" ? undefined : server.seedOf(user);
  const link = await openLink({ servers: server.url, name: user, user, seed, logger });
  opened.defer(() => link.close());
  return link;
}

async function openRole(name: string, version: Version = v1): Promise<Link> {
  const seed = (await keysOf(version)).seeds[name];
  assert.ok(seed);
  const link = await openLink({ servers: server.url, name, seed, ...PLACE_OF_ROLE, logger, firstConnectMs: 30_000 });
  opened.defer(() => link.close());
  return link;
}

const ask = (link: Link, verb: "issue" | "revoke" | "list", body?: unknown) =>
  callService(link, subjects.identities(verb), body, { timeoutMs: 10_000 });
const issue = (version: Version) => ask(core, "issue", { v: 1, version, manifest: MANIFEST });

before(async () => {
  const storeDir = await mkdtemp(join(tmpdir(), "troupe-identities-"));
  opened.defer(() => rm(storeDir, { recursive: true, force: true }));
  server = await startEmbeddedServer({ system: "ids", storeDir, env: process.env, logger });
  opened.defer(() => server.stop());
  core = await open("supervisor");
  await ensureResources(core, { subjects });
  for (const version of [v1, v2]) await ensureMailboxes(core, { subjects }, version, ["a", "b"]);
});
after(() => opened.disposeAsync());

test("an issued role writes along its edges at once, and the keys are for their owner only", async () => {
  assert.deepEqual(await issue(v1), { v: 1, versions: ["v1"], nodes: [], revoked: { v1: [] } });
  const folder = roleKeysFolderOf(join(server.storeDir, "keys.json"));
  assert.equal((await stat(folder)).mode & 0o777, 0o700);
  assert.equal((await stat(join(folder, "v1.json"))).mode & 0o777, 0o600);
  const [a, b] = [await openRole("a"), await openRole("b")];
  await stored(a, `ids.${HOP}.a.m.send.b`);
  assert.equal(await published(b, `ids.${HOP}.b.m.send.a`), "unknown");
  assert.equal(await published(b, `ids.${HOP}.a.m.send.b`), "unknown");
});

test("issuing again changes nothing", async () => {
  const first = await keysOf(v1);
  assert.deepEqual(await issue(v1), { v: 1, versions: ["v1"], nodes: [], revoked: { v1: [] } });
  assert.deepEqual(await keysOf(v1), first);
});

test("nobody who is connected notices that another version gets identities, not even a pull that waits", async () => {
  const b = await openRole("b");
  const lost: string[] = [];
  for (const { nc } of [b, core]) {
    void (async () => {
      for await (const { type } of nc.status()) if (type === "disconnect") lost.push(type);
    })();
  }
  const got: string[] = [];
  const two = Promise.withResolvers<void>();
  const loop = startPull({
    link: b,
    stream: subjects.logStream(0),
    durable: "v1-b",
    slots: 4,
    logger,
    run: async (message) => {
      message.ack();
      got.push(message.subject);
      if (got.length === 2) two.resolve();
    },
  });
  await issue(v2);
  const a = await openRole("a");
  await stored(a, `ids.${HOP.replace(/1$/, "2")}.a.m.send.b`);
  await two.promise;
  await loop.stop();
  assert.deepEqual(lost, []);
});

test("an edge that is cut is refused at once to who is signed in, the others go on, and it can be given back", async () => {
  const [a, b] = [await openRole("a"), await openRole("b")];
  const lost: string[] = [];
  void (async () => {
    for await (const { type } of a.nc.status()) if (type === "disconnect") lost.push(type);
  })();
  const edge = { from: "a", to: "b" };
  const cut = { v: 1, version: v1, manifest: MANIFEST, revoked: [edge] };
  const { revoked } = (await ask(core, "issue", cut)) as { revoked: unknown };
  assert.deepEqual(revoked, { v1: [edge], v2: [] });
  assert.equal(await published(a, `ids.${HOP.replace(/1$/, "5")}.a.m.send.b`), "unknown");
  await stored(a, `ids.${HOP.replace(/1$/, "5")}.a.s.step.1`);
  // What a asked before is answered.
  await stored(b, `ids.${HOP.replace(/1$/, "5")}.b.m.reply.a`);
  assert.deepEqual((await keysOf(v1)).revoked, [edge], "a restart finds it");
  await issue(v1);
  await stored(a, `ids.${HOP.replace(/1$/, "5")}.a.m.send.b`);
  assert.deepEqual(lost, []);
});

test("a revoked version is signed out and stays out, the others go on", async () => {
  const [gone, stays] = [await openRole("a", v2), await openRole("a", v1)];
  const seed = (await keysOf(v2)).seeds["a"];
  const disconnected = disconnection(gone);
  assert.deepEqual(await ask(core, "revoke", { v: 1, version: v2 }), {
    v: 1,
    versions: ["v1"],
    nodes: [],
    revoked: { v1: [] },
  });
  await disconnected;
  const again = { servers: server.url, name: "again", seed, ...PLACE_OF_ROLE, logger, firstConnectMs: 500 };
  await assert.rejects(openLink(again), { code: "unauthorized" });
  await assert.rejects(keysOf(v2), { code: "unauthorized" });
  await stored(stays, `ids.${HOP.replace(/1$/, "3")}.a.m.send.b`);
});

test("identities outlive the server's death", async () => {
  const killed = server.pid;
  process.kill(killed, "SIGKILL");
  const deadline = performance.now() + 15_000;
  while ((server.pid === killed || core.nc.isClosed()) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const a = await openRole("a");
  // The server takes connections before it has its streams again.
  await storedAtLast(a, `ids.${HOP.replace(/1$/, "4")}.a.m.send.b`);
  // What comes next asks the administrator, who has to sign in again, too.
  await until("the administrator's answer", 60_000, async () => (await ask(core, "list")) !== undefined);
});

test("only CORE reaches the administrator of identities", async () => {
  for (const user of ["client", "gateway", "node", "host"] as const) {
    const link = await open(user);
    await assert.rejects(ask(link, "list"), user);
  }
  const a = await openRole("a");
  await assert.rejects(ask(a, "issue", { v: 1, version: "v9", manifest: MANIFEST }));
  assert.deepEqual(await ask(core, "list"), { v: 1, versions: ["v1"], nodes: [], revoked: { v1: [] } });
});

test("what does not parse is refused, and nothing is issued", async () => {
  const bodies = [{ v: 1, version: "../../x", manifest: MANIFEST }, { v: 1, version: "v5", manifest: {} }, { v: 2 }];
  for (const body of bodies) await assert.rejects(ask(core, "issue", body), { code: "invalid_request" });
  assert.deepEqual(await ask(core, "list"), { v: 1, versions: ["v1"], nodes: [], revoked: { v1: [] } });
});
