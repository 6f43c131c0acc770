import assert from "node:assert/strict";
import { test } from "node:test";
import type { Configure, HeldDelivery, HostCommand, HostEvent, ReplicaSpec, RoleCredentials } from "../host/ipc.ts";
import { seededRandom } from "../random.ts";
import { HOST_INTENSITY } from "../supervision/intensity.ts";
import { createLogger } from "../telemetry/logger.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import type { HostExit, HostProcess } from "./host-process.ts";
import { HostTelemetry } from "./host-telemetry.ts";
import { type HostDeath, SupervisedHost } from "./supervised-host.ts";

/** A host process that does what the test says. */
interface FakeHost {
  readonly commands: HostCommand[];
  say(event: HostEvent): void;
  exit(exit: Partial<HostExit>): Promise<void>;
}

const replica: ReplicaSpec = { role: "a", index: 0, concurrency: 1, epoch: 1, isPaused: false };
const mailbox = { stream: "T_LOG_0", durable: "v1-a" };
const delivery: HeldDelivery = { ...mailbox, streamSequence: 5, consumerSequence: 2 };
const deployment = { version: "v1", manifest: { roles: { a: {}, b: {} } } } as unknown as Configure["deployment"];
const settle = () => new Promise((resolve) => setImmediate(resolve));

function supervised(credentials?: RoleCredentials) {
  const clock = new ManualClock();
  const hosts: FakeHost[] = [];
  const deaths: HostDeath[] = [];
  const givenBack: HeldDelivery[] = [];
  const endedHops: string[][] = [];
  const endedHosts: string[] = [];
  const refused: string[] = [];
  const configure = () => ({ type: "configure", incarnation: `x-${hosts.length}`, deployment }) as Configure;
  const startHost = (onEvent: (event: HostEvent) => void): HostProcess => {
    const commands: HostCommand[] = [];
    const { promise: exited, resolve } = Promise.withResolvers<HostExit>();
    const exit = async (how: Partial<HostExit>) => {
      resolve({ code: undefined, signal: undefined, ...how });
      await settle();
    };
    hosts.push({ commands, say: onEvent, exit });
    return {
      pid: 1,
      send: (command) => void commands.push(command),
      kill: () => void exit({ signal: "SIGKILL" }),
      exited,
    };
  };
  let replicaChanges = 0;
  const host = new SupervisedHost(
    {
      version: "v1",
      onRefused: (role) => void refused.push(role),
      startHost,
      configure,
      prepare: async () => undefined,
      giveBack: async (held) => void givenBack.push(...held),
      onDeath: (death) => void deaths.push(death),
      onChange: () => undefined,
      blobs: {
        get: async () => Uint8Array.of(7),
        put: async (role, bytes) => ({ role, sha256: "b".repeat(64), bytes: bytes.length }),
      },
      telemetry: new HostTelemetry(undefined, false),
      broker: {
        ask: async (service, caller, body) => JSON.stringify({ service, ...caller, body }),
        hostEnded: (incarnation) => void endedHosts.push(incarnation),
      },
      onHopsEnded: (task, hops) => void endedHops.push([task, ...hops]),
      onReplicas: () => void replicaChanges++,
      onFailure: () => undefined,
      silenceLimitMs: 0,
      clock,
      random: seededRandom(1),
      logger: createLogger({ name: "test", level: "silent" }),
    },
    [replica],
    credentials,
  );
  const last = (): FakeHost => {
    const newest = hosts.at(-1);
    assert.ok(newest);
    return newest;
  };
  return {
    refused,
    clock,
    host,
    hosts,
    deaths,
    givenBack,
    endedHops,
    endedHosts,
    last,
    replicaChanges: () => replicaChanges,
  };
}

test("a host may ask and store for roles that it was told to play, not for others of its version", async () => {
  const { last } = supervised();
  const ask = async (role: string) => {
    last().say({ type: "ask", request: 1, service: "encryption", role, json: "{}" });
    await settle();
    const answer = last().commands.findLast((command) => command.type === "answer");
    return answer?.result.ok === false ? answer.result.error.code : "answered";
  };
  assert.deepEqual([await ask("a"), await ask("b")], ["answered", "unauthorized"]);
  last().say({ type: "store_blob", request: 2, role: "b", bytes: Uint8Array.of(1) });
  await settle();
  const stored = last().commands.findLast((command) => command.type === "blob_stored");
  assert.ok(stored?.result.ok === false && stored.result.code === "unauthorized");
});

test("a report tells when a replica comes, gets ready, takes or lets go, and not when it is only busy", () => {
  const { last, replicaChanges } = supervised();
  const report = (state: "starting" | "available" | "busy", isTaking: boolean, generation = 0) => {
    const told = { id: "v1/a/0", epoch: 1, generation, state, isTaking, inFlight: 0, done: 0, failed: 0, meanMs: 0 };
    last().say({ type: "report", replicas: [told], memoryBytes: 1, loopP99Ms: 1 });
    return replicaChanges();
  };
  assert.equal(report("starting", false), 1);
  assert.equal(report("available", false), 2);
  assert.equal(report("available", true), 3);
  assert.equal(report("busy", true), 3);
  assert.equal(report("available", true), 3);
  assert.equal(report("available", false), 4);
  assert.equal(report("available", false, 1), 5);
});

test("a host that dies is reported with its incarnation, its deliveries are given back, and it is started again at once", async () => {
  const { clock, hosts, deaths, givenBack, last } = supervised();
  last().say({ type: "held", changes: [{ ...mailbox, taken: [5, 2, 5, 3], released: [] }] });
  last().say({ type: "held", changes: [{ ...mailbox, taken: [], released: [3] }] });
  await last().exit({ signal: "SIGKILL" });
  assert.deepEqual(givenBack, [delivery]);
  assert.deepEqual(deaths, [{ version: "v1", incarnation: "x-0", reason: "signal SIGKILL" }]);
  await clock.advance(0);
  assert.equal(hosts.length, 2);
  assert.deepEqual(last().commands.at(-1), { type: "replicas", replicas: [replica] });
});

test("a host is given the credentials of the roles that it plays, and of no others", () => {
  const [a, b, c] = [{ seed: "SEED-A" }, { seed: "SEED-B" }, { seed: "SEED-C" }];
  const { host, last } = supervised({ a, b, c });
  assert.deepEqual(last().commands.at(-1), { type: "replicas", replicas: [replica], credentials: { a } });
  const both = [replica, { ...replica, role: "b" }];
  host.assign(both);
  assert.deepEqual(last().commands.at(-1), { type: "replicas", replicas: both, credentials: { a, b } });
});

test("newer credentials reach a host that runs, and one that is started after a crash", async () => {
  const { clock, host, last } = supervised({ a: { seed: "OLD", jwt: "1" } });
  const a = { seed: "NEW", jwt: "2" };
  host.assign([replica], { a });
  assert.deepEqual(last().commands.at(-1), { type: "replicas", replicas: [replica], credentials: { a } });
  await last().exit({ signal: "SIGKILL" });
  await clock.advance(0);
  assert.deepEqual(last().commands.at(-1), { type: "replicas", replicas: [replica], credentials: { a } });
});

test("a role that the server does not let in is passed on", () => {
  const { last, refused } = supervised({ a: { seed: "S" } });
  last().say({ type: "refused", role: "a" });
  assert.deepEqual(refused, ["a"]);
});

test("a crash loop ends in failed replicas and one try a minute", async () => {
  const { clock, host, hosts, last } = supervised();
  for (let crashes = 0; crashes <= HOST_INTENSITY.maxRestarts; crashes++) {
    await last().exit({ code: 70 });
    if (crashes < HOST_INTENSITY.maxRestarts) await clock.advance(HOST_INTENSITY.maxMs);
  }
  assert.equal(hosts.length, HOST_INTENSITY.maxRestarts + 1);
  assert.equal(host.reports()[0]?.state, "failed");
  await clock.advance(HOST_INTENSITY.windowMs - 1);
  assert.equal(hosts.length, HOST_INTENSITY.maxRestarts + 1);
  await clock.advance(1);
  assert.equal(hosts.length, HOST_INTENSITY.maxRestarts + 2);
});

test("a system that cannot run is no death and is not tried again at once", async () => {
  const { clock, host, hosts, deaths, last } = supervised();
  last().say({ type: "failed", code: "invalid_config", message: "no such module" });
  await last().exit({ code: 78 });
  assert.deepEqual(deaths, []);
  assert.equal(host.reports()[0]?.state, "failed");
  await clock.advance(HOST_INTENSITY.windowMs - 1);
  assert.equal(hosts.length, 1);
  await clock.advance(1);
  last().say({ type: "ready" });
  assert.equal(host.reports()[0]?.state, "starting");
});

test("a retired host drains, exits and stays away", async () => {
  const { clock, host, hosts, deaths, last } = supervised();
  const retired = host.retire(1_000);
  assert.deepEqual(last().commands.at(-1), { type: "drain", limitMs: 1_000 });
  last().say({ type: "drained" });
  await settle();
  assert.deepEqual(last().commands.at(-1), { type: "exit" });
  await last().exit({ code: 0 });
  await retired;
  await clock.advance(120_000);
  assert.equal(hosts.length, 1);
  assert.deepEqual(deaths, []);
});

test("a host that neither drains nor exits is killed, and what it held is given back", async () => {
  const { clock, host, givenBack, deaths, last } = supervised();
  last().say({ type: "held", changes: [{ ...mailbox, taken: [5, 2], released: [] }] });
  const retired = host.retire(1_000);
  await clock.advance(10_000);
  await retired;
  assert.deepEqual(givenBack, [delivery]);
  assert.equal(deaths.length, 1);
});

test("a host that does not say what it holds keeps nobody waiting, and that it has not said is told", async () => {
  const { clock, host, last } = supervised();
  last().say({ type: "ready" });
  const flushed = host.flush(50);
  await clock.advance(50);
  assert.equal(await flushed, false);
});

test("a host that is not ready holds nothing, and is not asked", async () => {
  const { host, last } = supervised();
  assert.equal(await host.flush(50), true);
  assert.notEqual(last().commands.at(-1)?.type, "flush");
});

test("an answered flush returns at once", async () => {
  const { host, last } = supervised();
  last().say({ type: "ready" });
  const flushed = host.flush(50);
  const command = last().commands.at(-1);
  assert.equal(command?.type, "flush");
  if (command?.type === "flush") last().say({ type: "flushed", request: command.request });
  assert.equal(await flushed, true);
});

test("a large body is fetched on behalf of the host", async () => {
  const { last } = supervised();
  const ref = { role: "client", sha256: "a".repeat(64), bytes: 1 };
  last().say({ type: "blob", request: 4, ref });
  await settle();
  assert.deepEqual(last().commands.at(-1), { type: "blob", request: 4, result: { ok: true, bytes: Uint8Array.of(7) } });
});

test("a host has large bodies of its own roles stored by its node, and no others", async () => {
  const { last } = supervised();
  last().say({ type: "store_blob", request: 5, role: "a", bytes: Uint8Array.of(1, 2) });
  last().say({ type: "store_blob", request: 6, role: "client", bytes: Uint8Array.of(1, 2) });
  await settle();
  const answers = last().commands.filter((command) => command.type === "blob_stored");
  const own = answers.find(({ request }) => request === 5);
  assert.deepEqual(own?.result, { ok: true, ref: { role: "a", sha256: "b".repeat(64), bytes: 2 } });
  const foreign = answers.find(({ request }) => request === 6);
  assert.ok(foreign?.result.ok === false && foreign.result.code === "unauthorized");
});

test("hops that a host does not wait for any more are passed on", () => {
  const { last, endedHops } = supervised();
  last().say({ type: "hops_ended", task: "t", hops: ["h1", "h2"] });
  assert.deepEqual(endedHops, [["t", "h1", "h2"]]);
});

test("a stopped host that waits for its restart is not started again", async () => {
  const { clock, host, hosts, last } = supervised();
  await last().exit({ code: 70 });
  await clock.advance(0);
  await last().exit({ code: 70 });
  await host.stop();
  await clock.advance(120_000);
  assert.equal(hosts.length, 2);
});

test("what a host asks is answered as of its version and life; its end is told to the services", async () => {
  const { hosts, endedHosts, last } = supervised();
  last().say({
    type: "ask",
    request: 7,
    service: "clock",
    role: "a",
    task: "0-v1-00000000000000000000000000",
    json: '"hi"',
  });
  last().say({ type: "ask", request: 8, service: "clock", role: "b", json: "1" });
  await settle();
  const answers = last().commands.filter((command) => command.type === "answer");
  assert.deepEqual(answers[1]?.request, 7);
  assert.ok(answers[1].result.ok);
  const served: unknown = JSON.parse(answers[1].result.json);
  assert.deepEqual(JSON.parse(String(served)), {
    service: "clock",
    version: "v1",
    role: "a",
    task: "0-v1-00000000000000000000000000",
    incarnation: "x-0",
    body: "hi",
  });
  assert.match(JSON.stringify(answers[0]?.result), /"ok":false.*"unauthorized"/);
  assert.equal(hosts.length, 1);
  await last().exit({ signal: "SIGKILL" });
  assert.deepEqual(endedHosts, ["x-0"]);
});
