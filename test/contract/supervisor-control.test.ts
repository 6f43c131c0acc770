/** The control plane's side of the supervisor, over NATS with the accounts of a real system. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import {
  type ClusterHealth,
  createPublisher,
  type NodePlacement,
  type Operation,
  readBundle,
  SUPERVISOR_OPERATOR_VERBS,
  SUPERVISOR_READ_VERBS,
  storeBundle,
  TroupeError,
} from "@troupe/runtime/internal";
import { until } from "../support/stack.ts";
import { deployRequest, MANIFEST, SupervisorBed } from "../support/supervisor-bed.ts";

let bed: SupervisorBed;
before(async () => {
  bed = await SupervisorBed.start();
  await bed.supervisor({ suspectAfterMs: 600, deadAfterMs: 1_500, deathSpacingMs: 0 });
});
after(() => bed[Symbol.asyncDispose]());

const health = () => bed.ask<ClusterHealth>("health", {}, bed.client);
const placement = () => bed.ask<{ nodes: NodePlacement[]; unplaced: { role: string; reason: string }[] }>("placement");
const placedOn = async (node: string) => (await placement()).nodes.find((row) => row.node === node)?.replicas ?? [];

test("an anonymous client gets the cluster's health in one JSON object, with nothing deployed yet", async () => {
  const answer = await health();
  assert.deepEqual(Object.keys(answer).toSorted(), [
    "actors",
    "alerts",
    "dependencies",
    "mean_load",
    "nodes",
    "oldest_message_ms",
    "queues",
    "reasons",
    "status",
    "supervisor",
    "system",
    "tasks_in_flight",
    "version",
  ]);
  assert.equal(answer.status, "degraded");
  assert.deepEqual(answer.reasons, ["no system is deployed", "no node is up"]);
  assert.equal(answer.system, "bed");
  assert.equal(answer.version, null);
  assert.deepEqual(answer.nodes, { total: 0, up: 0, suspect: 0, dead: 0, draining: 0 });
  assert.deepEqual(answer.actors, { total: 0, available: 0, busy: 0, unavailable: 0 });
  assert.equal(answer.supervisor.id, "s1");
});

test("an anonymous client may not change anything", async () => {
  await assert.rejects(bed.ask("scale", { role: "a", replicas: 3 }, bed.client));
  await assert.rejects(bed.ask("deploy", deployRequest(), bed.client));
});

test("the service shows up in discovery with all of its verbs", async () => {
  const answer = await bed.client.nc.request("$SRV.INFO.troupe-supervisor", "");
  const info = answer.json<{ endpoints: { subject: string }[] }>();
  const subjects = info.endpoints.map(({ subject }) => subject).toSorted();
  const verbs = [...SUPERVISOR_READ_VERBS, ...SUPERVISOR_OPERATOR_VERBS];
  assert.deepEqual(subjects, verbs.map((verb) => `bed.supervisor.${verb}`).toSorted());
});

test("a wrong system gets every error at once, and nothing is applied", async () => {
  const wrong = { ...MANIFEST, graph: { client: ["a", "nobody"], a: ["b"], b: [], escalation: ["client"] } };
  const request = { manifest: wrong, source: { type: "module", path: "", sha256: "short" } };
  await assert.rejects(bed.ask("deploy", request), (error: Error & { details?: { problems: { path: string }[] } }) => {
    const paths = error.details?.problems.map(({ path }) => path) ?? [];
    for (const path of ["graph.client[1]", "roles.a", "source.path", "source.sha256"])
      assert.ok(paths.includes(path), `${path} of ${paths.join()}`);
    return true;
  });
  assert.equal((await health()).version, null);
});

test("what cannot be read is refused with its path, and the service goes on", async () => {
  const raw = await bed.core.nc.request(bed.subjects.supervisor("scale"), "{not json");
  assert.equal(raw.headers?.get("Nats-Service-Error-Code"), "400");
  await assert.rejects(bed.ask("scale", { role: "a", replicas: -1 }), /replicas/);
  await assert.rejects(bed.ask("scale", { role: "a", replicas: 1 }), /no system is deployed/);
  assert.equal((await health()).status, "degraded");
});

test("a deployment makes durables and the desired state; a dry run, and the same again, change nothing", async () => {
  const dry = await bed.ask<{ version: string; changed: boolean; difference: { roles: { added: string[] } } }>(
    "deploy",
    {
      ...deployRequest(),
      dry_run: true,
    },
  );
  assert.deepEqual([dry.version, dry.changed, dry.difference.roles.added], ["v1", false, ["a", "b", "escalation"]]);
  assert.equal((await health()).version, null);
  assert.deepEqual(await bed.ask("deploy", deployRequest()).then(pick), {
    version: "v1",
    kind: "create",
    changed: true,
  });
  const durables = await bed.durables();
  for (const mailbox of ["a", "b", "escalation"]) {
    const durable = durables.find(({ name }) => name === `v1-${mailbox}`);
    assert.equal(durable?.filter, `bed.log.0.v1.*.*.*.m.*.${mailbox}`);
    assert.equal(durable?.ackWaitNs, 6_000_000_000);
  }
  assert.deepEqual(await bed.ask("deploy", deployRequest()).then(pick), {
    version: "v1",
    kind: "nothing",
    changed: false,
  });
  assert.equal((await health()).version, "v1");
});

const pick = (answer: unknown) => {
  const { version, kind, changed } = answer as { version: string; kind: string; changed: boolean };
  return { version, kind, changed };
};

test("a node that beats joins, and gets the replicas that had no place", async () => {
  await until("replicas without a place", 15_000, async () => (await placement()).unplaced.length === 3);
  assert.match((await health()).reasons.join(), /no node is up/);
  assert.equal((await health()).status, "critical");
  bed.beating({ node: "n1", actors: [actor("v1/a/0"), actor("v1/b/0"), actor("v1/escalation/0", "busy")] });
  await until("three replicas on n1", 15_000, async () => (await placedOn("n1")).length === 3);
  await until("health of actors", 15_000, async () => (await health()).actors.available === 2);
  const answer = await health();
  assert.deepEqual(answer.actors, { total: 3, available: 2, busy: 1, unavailable: 0 });
  assert.equal(answer.status, "healthy", answer.reasons.join());
});

const actor = (id: string, state: "available" | "busy" = "available") => ({
  id,
  epoch: 1,
  state,
  inFlight: 0,
  done: 0,
  failed: 0,
  meanMs: 0,
});

test("a scaled role gets more replicas, spread over the nodes; an unknown role is refused with those that there are", async () => {
  bed.beating({ node: "n2", incarnation: "j1" });
  await until("n2 up", 15_000, async () => (await health()).nodes.up === 2);
  await assert.rejects(bed.ask("scale", { role: "zzz", replicas: 1 }), /there are a, b, escalation/);
  await bed.ask("scale", { role: "a", replicas: 3 });
  await until("five replicas", 15_000, async () => (await placedOn("n1")).length + (await placedOn("n2")).length === 5);
  assert.ok(Math.abs((await placedOn("n1")).length - (await placedOn("n2")).length) <= 1);
  await bed.ask("scale", { role: "a", replicas: 1 });
});

test("pause and resume are part of the desired state, and doing them twice changes nothing", async () => {
  for (const verb of ["pause", "pause"]) assert.equal((await bed.ask<Operation>(verb, { role: "b" })).id, "pause.b");
  await until("a reason", 15_000, async () => (await health()).reasons.includes("paused: b"));
  assert.equal((await bed.ask<Operation>("resume", { role: "b" })).id, "resume.b");
  assert.equal((await bed.ask<Operation>("operation", { id: "pause.b" }, bed.client)).state, "superseded");
  assert.ok(!(await health()).reasons.includes("paused: b"));
});

test("a silent node is suspected, declared dead when nobody answers its probe, and its replicas move", async () => {
  const died = bed.core.nc.subscribe(bed.subjects.control("died"), { max: 1 });
  const stop = bed.beating({ node: "n3", incarnation: "k1", slots: 64 });
  await until("n3 up", 15_000, async () => (await health()).nodes.up === 3);
  await bed.ask("scale", { role: "b", replicas: 6 });
  await until("replicas on n3", 15_000, async () => (await placedOn("n3")).length > 0);
  stop();
  await until("an alert", 15_000, async () => (await health()).alerts.some(({ name }) => name === "node_lost"));
  for await (const message of died)
    assert.equal(message.json<{ node: string; incarnation: string }>().incarnation, "k1");
  await until("an empty row", 15_000, async () => (await placedOn("n3")).length === 0);
  await until("all placed again", 15_000, async () => (await placement()).unplaced.length === 0);
  await until("the alert among the events", 15_000, async () => (await events()).includes("alert.fired"));
  bed.beating({ node: "n3", incarnation: "k2" });
  await until("n3 back as another life", 15_000, async () => (await health()).nodes.up === 3);
  assert.deepEqual((await health()).alerts, []);
});

test("a drained node is asked to drain, loses its replicas, and has left when it says so", async () => {
  let asked = 0;
  bed.node.nc.subscribe(bed.subjects.node("n4", "drain"), {
    callback: (_e, message) => void (asked++, message.respond("{}")),
  });
  const stop = bed.beating({ node: "n4" });
  await until("n4 up", 15_000, async () => (await health()).nodes.up === 4);
  await until("replicas on n4", 15_000, async () => (await placedOn("n4")).length > 0);
  await assert.rejects(bed.ask("drain", { node: "n9" }), /n9/);
  await bed.ask("drain", { node: "n4" });
  await until("it is asked", 15_000, async () => asked > 0);
  await until("no replicas on n4", 15_000, async () => (await placedOn("n4")).length === 0);
  stop();
  bed.beat({ node: "n4", isDraining: true, hasLeft: true });
  await until("n4 gone", 15_000, async () => (await health()).nodes.total === 3);
  await assert.rejects(bed.ask("drain", { node: "n9" }), /there are n1, n2, n3$/);
});

const bundle = (code: Buffer) => {
  const sha256 = createHash("sha256").update(code).digest("hex");
  return { type: "bundle", sha256, bytes: code.length, file: "system.ts", external: [] };
};

test("a new version takes over, the old one drains and goes with its durables and its code when nothing of it is left", async () => {
  const narrow = await SupervisorBed.start();
  await using _ = narrow;
  await narrow.supervisor({ drainGraceMs: 0, bundleGraceMs: 200, janitorEveryMs: 50 });
  const publisher = createPublisher(narrow.core);
  const [first, second, stray] = ["1", "2", "stray"].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];
  const store = (code: Buffer) => storeBundle(publisher, narrow.subjects, code);
  // As the command does it: code that is not there, or not any more, is sent again.
  const deploy = (code: Buffer) =>
    until("a deployment", 15_000, async () => {
      await store(code);
      return (await narrow.ask("deploy", { manifest: MANIFEST, source: bundle(code) })) !== undefined;
    });
  const isStored = (code: Buffer) =>
    readBundle(narrow.core, narrow.subjects, bundle(code)).then(
      () => true,
      (error: unknown) => {
        if (TroupeError.is(error, "malformed_record")) return false;
        throw error;
      },
    );
  await deploy(first);
  const task = await narrow.submit("v1" as never);
  await deploy(second);
  const names = async () => (await narrow.durables()).map(({ name }) => name);
  assert.ok((await names()).includes("v1-a"));
  await store(stray);
  await until("code that nobody deploys is gone", 15_000, async () => !(await isStored(stray)));
  assert.ok(await isStored(first), "its version has an open task");
  await narrow.append(task, narrow.subjects.done(task), { status: "cancelled", by: "client" });
  assert.equal((await narrow.durables()).find(({ name }) => name === "v1-a")?.pending, 1);
  await narrow.jetstream("CONSUMER.DELETE.BED_LOG_0.v1-a");
  await until("v1 gone", 15_000, async () => !(await names()).some((name) => name.startsWith("v1-")));
  await until("its code gone", 15_000, async () => !(await isStored(first)));
  assert.ok((await names()).includes("v2-a"));
  assert.ok(await isStored(second));
  publisher.close();
});

test("a version that has gone comes back when a task of it begins that had waited, and goes again when that has ended", async () => {
  await using narrow = await SupervisorBed.start();
  await narrow.supervisor({ drainGraceMs: 0 });
  const old = await narrow.deploy(MANIFEST, "1");
  await narrow.deploy(MANIFEST, "2");
  const ofOld = async () => (await narrow.durables()).filter(({ name }) => name.startsWith(`${old}-`));
  await until("the old version gone", 15_000, async () => (await ofOld()).length === 0);
  const task = await narrow.submit(old);
  await until("its message waits for an executor", 15_000, async () =>
    (await ofOld()).some(({ pending }) => pending === 1),
  );
  await narrow.append(task, narrow.subjects.done(task), { status: "cancelled", by: "client" });
  await narrow.jetstream(`CONSUMER.DELETE.BED_LOG_0.${old}-a`);
  await until("the old version gone again", 15_000, async () => (await ofOld()).length === 0);
});

test("every change of the cluster is a control event with its reason", async () => {
  for (const name of [
    "leader",
    "deploy",
    "placement",
    "node.up",
    "node.suspect",
    "node.dead",
    "node.left",
    "scale",
    "alert.fired",
  ])
    assert.ok((await events()).includes(name), name);
});

const events = async () => {
  const request = { subjects_filter: "bed.control.event.>" };
  const { state } = await bed.jetstream<{ state: { subjects?: object } }>("STREAM.INFO.BED_CONTROL", request);
  return Object.keys(state.subjects ?? {}).map((subject) => subject.replace("bed.control.event.", ""));
};

test("a version is desired only once its code is in the store, which operators write and nodes read", async () => {
  const { version: running } = await health();
  const code = Buffer.from("export default 1;".padEnd(600_000));
  const source = bundle(code);
  const { sha256 } = source;
  const request = { ...deployRequest(), source };
  assert.equal((await bed.ask<{ dry_run: boolean }>("deploy", { ...request, dry_run: true })).dry_run, true);
  await assert.rejects(bed.ask("deploy", request), {
    code: "unavailable",
    message: /system\.ts is not stored yet/,
    details: { missing: "bundle", sha256 },
  });
  assert.equal((await health()).version, running);

  for (const link of [bed.node, bed.client]) {
    const publisher = createPublisher(link, { timeoutMs: 100 });
    await assert.rejects(storeBundle(publisher, bed.subjects, code), { code: "unavailable" });
    publisher.close();
  }
  const publisher = createPublisher(bed.core);
  const ref = await storeBundle(publisher, bed.subjects, code);
  assert.deepEqual(await storeBundle(publisher, bed.subjects, code), ref, "the same code again");
  publisher.close();
  assert.deepEqual(Buffer.from(await readBundle(bed.node, bed.subjects, ref)), code);
  await assert.rejects(readBundle(bed.client, bed.subjects, ref), { code: "unavailable" });

  const deployed = await bed.ask("deploy", request).then(pick);
  assert.deepEqual([deployed.kind, deployed.changed], ["create", true]);
  assert.equal((await health()).version, deployed.version);
  const elsewhere = { ...request, source: { ...source, file: "other.ts" } };
  assert.equal((await bed.ask("deploy", elsewhere).then(pick)).kind, "nothing", "the same code is the same version");
});
