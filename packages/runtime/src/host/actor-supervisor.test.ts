import assert from "node:assert/strict";
import { test } from "node:test";
import type { SupervisionStrategy } from "../contracts/supervision.ts";
import { seededRandom } from "../random.ts";
import { createLogger } from "../telemetry/logger.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { ActorSupervisor, type Restart, type RunFailure } from "./actor-supervisor.ts";
import type { HostEvent } from "./ipc.ts";

/** A host with three actors that note how they are restarted. */
function host(strategy: SupervisionStrategy = "one-for-one") {
  const restarts: [string, Restart][] = [];
  const told: HostEvent[] = [];
  const actors = ["v1/a/0", "v1/b/0", "v1/c/0"].map((id) => ({
    id,
    role: id.split("/")[1] ?? "",
    restart: async (how: Restart) => void restarts.push([id, how]),
  }));
  const intensity = { maxRestarts: 2, windowMs: 60_000, baseMs: 200, maxMs: 1_000 };
  const supervisor = new ActorSupervisor({
    groups: [{ name: "", strategy, intensity, roles: ["a", "b", "c"] }],
    actors: () => actors,
    tell: (event) => told.push(event),
    clock: new ManualClock(),
    random: seededRandom(1),
    logger: createLogger({ name: "test", level: "silent" }),
  });
  const [a, b] = actors;
  assert.ok(a && b);
  let messages = 0;
  const crash = (): RunFailure => ({ kind: "crashed", reason: "boom", message: `T_LOG_0/${++messages}` });
  return { supervisor, restarts, told, a, b, crash };
}

test("rest-for-one: who failed and those behind it are restarted, and only these are aborted", () => {
  const { supervisor, restarts, b, crash } = host("rest-for-one");
  supervisor.failed(b, crash());
  assert.deepEqual(
    restarts.map(([id, { isAborting }]) => [id, isAborting]),
    [
      ["v1/b/0", false],
      ["v1/c/0", true],
    ],
  );
});

test("an actor that fails too often rests, and the node is told why", () => {
  const { supervisor, restarts, told, a, crash } = host();
  for (let i = 0; i < 3; i++) supervisor.failed(a, crash());
  assert.deepEqual(
    restarts.map(([, { isResting }]) => isResting),
    [false, false, true],
  );
  assert.ok((restarts[2]?.[1].delayMs ?? 0) > 50_000);
  const reason = "restarted too often; last: boom";
  assert.deepEqual(told, [
    { type: "failure", failure: { actor: "v1/a/0", kind: "exhausted", reason, message: "T_LOG_0/3" } },
  ]);
});

test("one message counts once, whatever it does", () => {
  const { supervisor, restarts, told, a } = host();
  for (let i = 0; i < 5; i++) supervisor.failed(a, { kind: "crashed", reason: "boom", message: "T_LOG_0/1" });
  assert.ok(restarts.every(([, { isResting }]) => !isResting));
  assert.deepEqual(told, []);
});

test("work that succeeds makes up for failures before it", () => {
  const { supervisor, restarts, a, crash } = host();
  for (let i = 0; i < 6; i++) {
    supervisor.failed(a, crash());
    supervisor.worked(a);
  }
  assert.ok(restarts.every(([, { isResting, delayMs }]) => !isResting && delayMs === 0));
});

test("a stuck actor is told of at once, and so is one whose instance cannot be made", () => {
  const { supervisor, told, a, b } = host();
  supervisor.failed(a, { kind: "stuck", reason: "no token", message: "T_LOG_0/7" });
  supervisor.notCreated(b, "no key");
  assert.deepEqual(
    told.map((event) => (event.type === "failure" ? event.failure : event)),
    [
      { actor: "v1/a/0", kind: "stuck", reason: "no token", message: "T_LOG_0/7" },
      { actor: "v1/b/0", kind: "exhausted", reason: "its instance cannot be made: no key" },
    ],
  );
});
