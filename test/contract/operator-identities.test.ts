/** Identities on a server with nothing but the exported configuration: JWTs signed by the issuer, TLS on both sides. */
import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { nkeys } from "@nats-io/transport-node";
import {
  AuditEntry,
  callService,
  createPublisher,
  directGetAll,
  ensureMailboxes,
  ensureResources,
  IdentityList,
  IssuedRoles,
  type Link,
  nodeInboxPrefix,
  openLink,
  PLACE_OF_ROLE,
  type PulledMessage,
  Subjects,
  SystemManifest,
  startPull,
  systemClock,
  type Version,
} from "@troupe/runtime/internal";
import { whyNoCertificates } from "../support/certificates.ts";
import { disconnection } from "../support/disconnection.ts";
import { silentLogger as logger } from "../support/nats-server.ts";
import { OperatorServer } from "../support/operator-server.ts";
import { published, stored, storedAtLast } from "../support/published.ts";
import { until } from "../support/stack.ts";

const subjects = new Subjects("ops");
const v1 = "v1" as Version;
const MANIFEST = SystemManifest.parse({
  name: "pair",
  graph: { client: ["a"], a: ["b"], b: ["client"] },
  roles: { a: { kind: "actor" }, b: { kind: "actor" } },
});
const HOP = "log.0.v1.0-v1-00000000000000000000000000.00000000000000000000000001";
/** A message of role `a` to role `b`, of a hop of its own. */
const onward = (digit: string) => `ops.${HOP.replace(/1$/, digit)}.a.m.send.b`;
const skip = await whyNoCertificates();

describe("a server that an operator runs", { skip }, () => {
  let server: OperatorServer;
  let core: Link;

  const ask = async (verb: "issue" | "revoke" | "retire" | "list", body?: unknown) =>
    IdentityList.parse(await callService(core, subjects.identities(verb), body, { timeoutMs: 10_000 }));

  async function place(node: string, epoch: number, ...roles: string[]): Promise<void> {
    const replicas = roles.map((name) => ({ version: v1, role: name, index: 0, concurrency: 1 }));
    await stored(core, subjects.row("placement", node), { v: 1, node, epoch, replicas });
  }

  const openRole = (node: string, link: Link, name: string) =>
    server.openRole(node, link, subjects.credentials(node), { version: v1, role: name });

  before(async () => {
    server = await OperatorServer.start("ops");
    core = await server.openPart("supervisor");
    await ensureResources(core, { subjects });
    await ensureMailboxes(core, { subjects }, v1, ["a", "b"]);
    await server.startIssuer();
  });
  after(() => server[Symbol.asyncDispose]());

  test("keys are for their owner only, and nobody signs in without a certificate and a JWT", async () => {
    for (const name of ["issuer.json", "operator.seed"]) {
      assert.equal((await stat(join(server.folder, name))).mode & 0o777, 0o600);
    }
    const { seed, jwt } = await server.part("gateway");
    const other = { servers: server.url, name: "other", firstConnectMs: 300, logger };
    const withoutCertificate = { ca: server.certificates.ca, isFirst: true };
    await assert.rejects(openLink({ ...other, tls: withoutCertificate, credentials: () => ({ seed, jwt }) }));
    await assert.rejects(openLink({ ...other, tls: { ...server.tls, isFirst: false }, seed }));
    await assert.rejects(openLink({ ...other, tls: server.tls }), { code: "unauthorized" });
    await assert.rejects(openLink({ ...other, tls: server.tls, seed }), { code: "unauthorized" });
    const stranger = new TextDecoder().decode(nkeys.createUser().getSeed());
    const stolen = { ...other, tls: server.tls, credentials: () => ({ seed: stranger, jwt }) };
    await assert.rejects(openLink(stolen), { code: "unauthorized" });
  });

  test("a deployment's roles have accounts at once, and a node gets credentials of what is placed on it", async () => {
    const known = await ask("issue", { v: 1, version: v1, manifest: MANIFEST });
    assert.deepEqual([known.versions, known.nodes], [["v1"], []]);
    const node = await server.openNode("web-1");
    await assert.rejects(openRole("web-1", node, "a"), { code: "forbidden" });
    await place("web-1", 1, "a");
    const a = await openRole("web-1", node, "a");
    await stored(a, `ops.${HOP}.a.m.send.b`);
    assert.equal(await published(a, `ops.${HOP}.a.m.send.client`), "unknown");
    assert.equal(await published(a, `ops.${HOP}.b.s.step.1`), "unknown");
    await assert.rejects(openRole("web-1", node, "b"), { code: "forbidden" });
    assert.deepEqual((await ask("list")).nodes, ["web-1"]);
  });

  test("no node speaks, asks, answers or listens as another", async () => {
    await place("web-2", 1, "b");
    const [one, two] = [await server.openNode("web-1"), await server.openNode("web-2")];
    await assert.rejects(openRole("web-2", one, "b"), { code: "outcome_unknown" }, "credentials of another node");
    const beats: string[] = [];
    const heard = core.nc.subscribe("ops.heartbeat.*", { callback: (_, { subject }) => void beats.push(subject) });
    await core.nc.flush();
    for (const name of ["web-2", "web-1"]) one.nc.publish(subjects.heartbeat(name), "{}");
    await one.nc.flush();
    await core.nc.flush();
    heard.unsubscribe();
    assert.deepEqual(beats, ["ops.heartbeat.web-1"]);
    for (const subject of ["ops.node.web-2.*", "ops.node.*.*", `${two.inboxPrefix}.>`, "_INBOX.>", ">"]) {
      const subscription = one.nc.subscribe(subject, { callback: () => undefined });
      assert.ok((await subscription.closed) instanceof Error, `web-1 listens on ${subject}`);
    }
    two.nc.subscribe("ops.node.web-2.probe", { callback: (_, message) => void message.respond("here") });
    await two.nc.flush();
    assert.equal((await core.nc.request("ops.node.web-2.probe", "", { timeout: 1_000 })).string(), "here");
  });

  test("hosts of one role on two nodes do not read one another's answers", async () => {
    await place("web-2", 2, "a");
    const [one, two] = [await server.openNode("web-1"), await server.openNode("web-2")];
    const [mine, theirs] = [await openRole("web-1", one, "a"), await openRole("web-2", two, "a")];
    const subscription = mine.nc.subscribe(`${theirs.inboxPrefix}.>`, { callback: () => undefined });
    assert.ok((await subscription.closed) instanceof Error);
  });

  test("who asks a gateway to decide is told by the server, whatever the request says", async () => {
    await using opened = new AsyncDisposableStack();
    const [gateway, operator] = [await server.openPart("gateway"), await server.openPart("operator")];
    for (const link of [gateway, operator]) opened.defer(() => link.close());
    const told: (readonly string[])[] = [];
    gateway.nc.subscribe(subjects.approvalVerb("decide"), {
      callback: (_error, message) => {
        told.push(message.headers?.values("Nats-Request-Info") ?? []);
        message.respond("{}");
      },
    });
    await gateway.nc.flush();
    const headers = { "Nats-Request-Info": '{"acc":"forged","user":"forged"}' };
    await callService(operator, subjects.approvalVerb("decide"), {}, { headers });
    assert.equal(told[0]?.length, 1);
    const { acc, user } = JSON.parse(told[0][0] ?? "") as { acc: string; user: string };
    assert.match(`${acc}/${user}`, /^A[A-Z2-7]{55}\/U[A-Z2-7]{55}$/);
  });

  test("an edge that is cut is refused to who is signed in, also by an issuer that starts again, and can be given back", async () => {
    const a = await openRole("web-1", await server.openNode("web-1"), "a");
    await stored(a, onward("w"));
    const edge = { from: "a", to: "b" };
    await ask("issue", { v: 1, version: v1, manifest: MANIFEST, revoked: [edge] });
    await storedAtLast(a, `ops.${HOP}.a.s.step.12`);
    assert.equal(await published(a, onward("x")), "unknown");
    await server.stopIssuer();
    await server.startIssuer();
    assert.deepEqual((await ask("list")).revoked, { v1: [edge] });
    assert.equal(await published(a, onward("x")), "unknown");
    await storedAtLast(a, `ops.${HOP}.a.s.step.13`);
    await ask("issue", { v: 1, version: v1, manifest: MANIFEST });
    // Servers take an account's new lines in a moment, not with their answer.
    await storedAtLast(a, onward("y"));
  });

  test("a node that is gone is cut off at once, others go on; when it is back it gets new credentials", async () => {
    const [one, two] = [await server.openNode("web-1"), await server.openNode("web-2")];
    const [gone, stays] = [await openRole("web-1", one, "a"), await openRole("web-2", two, "a")];
    const cut = disconnection(gone);
    const { nodes } = await ask("retire", { v: 1, node: "web-1", isRemoved: false });
    assert.deepEqual(nodes, ["web-2"]);
    await cut;
    await stored(stays, onward("2"));
    const back = await openRole("web-1", one, "a");
    await stored(back, onward("3"));
  });

  test("an issuer that starts again knows what the last one has given, and takes it", async () => {
    const node = await server.openNode("web-3");
    await place("web-3", 1, "b");
    const held = await openRole("web-3", node, "b");
    await server.stopIssuer();
    await server.startIssuer();
    assert.deepEqual(held.nc.isClosed(), false);
    const cut = disconnection(held);
    await ask("retire", { v: 1, node: "web-3", isRemoved: false });
    await cut;
  });

  test("credentials end with their time; the connection goes on with those that were issued meanwhile", async () => {
    await server.stopIssuer();
    await server.startIssuer(5_000);
    const node = await server.openNode("web-5");
    await place("web-5", 1, "a");
    const source = new IssuedRoles({ link: node, subjects, node: "web-5", clock: systemClock, logger });
    const held = async () => {
      const own = (await source.of(v1, ["a"]))["a"];
      assert.ok(own?.jwt);
      return { seed: own.seed, jwt: own.jwt };
    };
    let current = await held();
    const first = current.seed;
    const link = await server.open({
      ...PLACE_OF_ROLE,
      inboxPrefix: nodeInboxPrefix("web-5"),
      credentials: () => current,
    });
    const reconnection = (async () => {
      const seen: string[] = [];
      for await (const { type } of link.nc.status()) {
        if (type === "disconnect" || type === "reconnect") seen.push(type);
        if (type === "reconnect") return seen;
      }
      return seen;
    })();
    for (const deadline = performance.now() + 10_000; current.seed === first && performance.now() < deadline; ) {
      await systemClock.sleep(50);
      current = await held();
    }
    assert.notEqual(current.seed, first, "renewed before the first ones end");
    assert.deepEqual((await reconnection).slice(0, 2), ["disconnect", "reconnect"]);
    await stored(link, onward("4"));
    await server.stopIssuer();
    await server.startIssuer();
  });

  test("a link that signs in again loses no message on the way, and none comes twice", async () => {
    await place("web-6", 1, "a", "b");
    const node = await server.openNode("web-6");
    const [a, b] = [await openRole("web-6", node, "a"), await openRole("web-6", node, "b")];
    const got: PulledMessage[] = [];
    const loop = startPull({
      link: b,
      stream: subjects.logStream(0),
      durable: "v1-b",
      slots: 8,
      logger,
      run: async (message) => {
        got.push(message);
        message.ack();
      },
    });
    const sent = 300;
    const publisher = createPublisher(a);
    const sending = (async () => {
      for (let n = 0; n < sent; n++) {
        const hop = String(1_000 + n);
        const { kind } = await publisher.publish(`ops.${HOP.replace(/0001$/, hop)}.a.m.send.b`, Buffer.from("{}"));
        assert.equal(kind, "stored");
        await systemClock.sleep(3);
      }
    })();
    for (let n = 0; n < 4; n++) {
      await b.renewal.renew();
      await systemClock.sleep(100);
    }
    await sending;
    publisher.close();
    const ours = () => got.filter(({ subject }) => /1\d\d\d\.a\.m\.send\.b$/.test(subject));
    const deadline = performance.now() + 4_000;
    while (ours().length < sent && performance.now() < deadline) await systemClock.sleep(20);
    await loop.stop();
    assert.equal(new Set(ours().map(({ subject }) => subject)).size, sent, "within less than ack_wait");
    assert.equal(ours().length, sent);
  });

  test("a node that is removed loses its own identity too, and cannot come back with it", async () => {
    const credentials = await server.node("web-4");
    const own = { apiPrefix: "JSC.API", inboxPrefix: nodeInboxPrefix("web-4"), credentials: () => credentials };
    const cut = disconnection(await server.open(own));
    await ask("retire", { v: 1, node: "web-4", isRemoved: true });
    await cut;
    await assert.rejects(server.open({ ...own, firstConnectMs: 300 }), { code: "unauthorized" });
    const renewed = await server.openNode("web-4");
    assert.equal(renewed.nc.isClosed(), false);
  });

  test("what is void, and what was told later, outlives a restart of a server that is configured as at first", async () => {
    const gone = await server.node("web-7");
    await ask("retire", { v: 1, node: "web-7", isRemoved: true });
    const two = await server.openNode("web-2");
    const a = await openRole("web-2", two, "a");
    await server.restart();
    const own = { inboxPrefix: nodeInboxPrefix("web-7"), credentials: () => gone, firstConnectMs: 3_000 };
    await assert.rejects(server.open(own), { code: "unauthorized" });
    await storedAtLast(a, onward("7"));
    // What comes next asks the issuer, which has to sign in again, too.
    await until("the issuer's answer", 15_000, async () => (await ask("list")).versions.length > 0);
  });

  test("what was issued and made void is in the audit", async () => {
    let entries: Awaited<ReturnType<typeof directGetAll>> = [];
    // The server has just been started again: the first question may get lost with the connection.
    await until("the audit's answer", 10_000, async () => {
      entries = await directGetAll(core, subjects.stream("AUDIT"), { filter: subjects.auditEntry("issuer") });
      return true;
    });
    const told = entries.map(({ body }) => AuditEntry.parse(JSON.parse(new TextDecoder().decode(body))).what);
    const of = (event: string) => told.flatMap((what) => (what.event === event && "whose" in what ? [what.whose] : []));
    assert.ok(of("credentials_issued").includes("v1/a@web-1"));
    assert.ok(of("credentials_revoked").includes("node web-1"));
  });

  test("a version that has drained loses its accounts, with everybody in them", async () => {
    const two = await server.openNode("web-2");
    const a = await openRole("web-2", two, "a");
    const cut = disconnection(a);
    const { versions } = await ask("revoke", { v: 1, version: v1 });
    assert.deepEqual(versions, []);
    await cut;
    await assert.rejects(openRole("web-2", two, "a"), { code: "unavailable" });
  });

  test("what does not parse is refused", async () => {
    const two = await server.openNode("web-2");
    for (const body of [{ v: 1, roles: [] }, { v: 1, roles: [{ version: "v1", role: "a", publicKey: "x" }] }, "no"]) {
      await assert.rejects(callService(two, subjects.credentials("web-2"), body), { code: "invalid_request" });
    }
    await assert.rejects(ask("retire", { v: 1, node: "../x", isRemoved: true }), { code: "invalid_request" });
  });
});
