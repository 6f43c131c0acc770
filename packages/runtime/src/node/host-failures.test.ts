import assert from "node:assert/strict";
import { test } from "node:test";
import type { ActorFailure } from "../contracts/control.ts";
import type { Configure, HeldDelivery, HostEvent, ReplicaSpec } from "../host/ipc.ts";
import { seededRandom } from "../random.ts";
import { createLogger } from "../telemetry/logger.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import type { HostExit } from "./host-process.ts";
import { HostTelemetry } from "./host-telemetry.ts";
import { SupervisedHost } from "./supervised-host.ts";

const replica: ReplicaSpec = { role: "a", index: 0, concurrency: 1, epoch: 1, generation: 3, isPaused: false };
const mailbox = { stream: "T_LOG_0", durable: "v1-a" };
const delivery: HeldDelivery = { ...mailbox, streamSequence: 5, consumerSequence: 2 };
const deployment = { version: "v1", manifest: { roles: { a: {} } } } as unknown as Configure["deployment"];

/** A supervised host whose process says and does what the test wants. */
function supervised() {
  const clock = new ManualClock();
  const failures: [ActorFailure, number][] = [];
  const deaths: string[] = [];
  const givenBack: HeldDelivery[] = [];
  let say: ((event: HostEvent) => void) | undefined;
  let resolve: ((exit: HostExit) => void) | undefined;
  const host = new SupervisedHost(
    {
      version: "v1",
      startHost: (onEvent) => {
        const started = Promise.withResolvers<HostExit>();
        [say, resolve] = [onEvent, started.resolve];
        return {
          pid: 1,
          send: () => undefined,
          kill: () => started.resolve({ code: undefined, signal: "SIGKILL" }),
          exited: started.promise,
        };
      },
      prepare: async () => undefined,
      configure: () => ({ type: "configure", incarnation: "x-1", deployment }) as Configure,
      giveBack: async (held) => void givenBack.push(...held),
      onDeath: ({ reason }) => void deaths.push(reason),
      onFailure: (failure, generation) => void failures.push([failure, generation]),
      silenceLimitMs: 10_000,
      onChange: () => undefined,
      onRefused: () => undefined,
      onHopsEnded: () => undefined,
      onReplicas: () => undefined,
      blobs: { get: () => assert.fail(), put: () => assert.fail() },
      broker: { ask: () => assert.fail(), hostEnded: () => undefined },
      telemetry: new HostTelemetry(undefined, false),
      clock,
      random: seededRandom(1),
      logger: createLogger({ name: "test", level: "silent" }),
    },
    [replica],
  );
  const exit = async (code: number | undefined, signal?: string) => {
    resolve?.({ code, signal });
    await new Promise(setImmediate);
  };
  return { clock, host, failures, deaths, givenBack, exit, say: (event: HostEvent) => say?.(event) };
}

test("what a host says of its own actors' failures is passed on, of others' it is not", async () => {
  const { host, failures, say, exit } = supervised();
  for (const actor of ["v1/a/0", "v1/b/0"])
    say({ type: "failure", failure: { actor, kind: "stuck", reason: "silent", message: "T_LOG_0/1" } });
  assert.deepEqual(failures, [[{ actor: "v1/a/0", kind: "stuck", reason: "silent", message: "T_LOG_0/1" }, 3]]);
  await exit(0);
  await host.stop();
});

test("a host's death is laid to the actors that ran something", async () => {
  const { host, failures, say, exit } = supervised();
  const report = { id: "v1/a/0", epoch: 1, state: "busy" as const, inFlight: 1, done: 0, failed: 0, meanMs: 0 };
  say({ type: "report", replicas: [report], memoryBytes: 1, loopP99Ms: 1 });
  say({ type: "held", changes: [{ ...mailbox, taken: [5, 2], released: [] }] });
  await exit(70);
  const reason = "its host ended: exit code 70";
  assert.deepEqual(failures, [[{ actor: "v1/a/0", kind: "host_died", reason, message: "T_LOG_0/5" }, 3]]);
  await host.stop();
});

test("a host that is killed from outside is nobody's failure", async () => {
  const { host, failures, deaths, say, exit } = supervised();
  say({ type: "held", changes: [{ ...mailbox, taken: [5, 2], released: [] }] });
  await exit(undefined, "SIGKILL");
  assert.deepEqual([deaths, failures], [["signal SIGKILL"], []]);
  await host.stop();
});

test("a host that cannot run its system is each of its actors' failure", async () => {
  const { host, failures, say, exit } = supervised();
  say({ type: "failed", code: "invalid_config", message: "no key" });
  await exit(78);
  assert.deepEqual(failures, [[{ actor: "v1/a/0", kind: "exhausted", reason: "invalid_config: no key" }, 3]]);
  await host.stop();
});

test("a host that falls silent is killed, and what it held is given back", async () => {
  const { clock, host, deaths, givenBack, say } = supervised();
  say({ type: "ready" });
  say({ type: "held", changes: [{ ...mailbox, taken: [5, 2], released: [] }] });
  for (let passed = 0; passed < 11; passed++) await clock.advance(1_000);
  await new Promise(setImmediate);
  assert.deepEqual(deaths, ["silent for 10000 ms, killed"]);
  assert.deepEqual(givenBack, [delivery]);
  void host.stop();
});
