/** The door on a simulated server without faults; under faults it is tried by simulation/sim-doors.test.ts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@troupe/runtime/internal";
import { SimTime } from "@troupe/runtime/internal-testing";
import { beginGateway } from "../simulation/sim-gateway.ts";
import { SimTasks } from "../simulation/sim-tasks.ts";
import { callerKey } from "./idempotency-keys.ts";

function system(inFlightLimit: number, workMs: number) {
  const time = new SimTime();
  const random = seededRandom(1);
  let most = 0;
  const server: SimTasks = new SimTasks({
    time,
    random,
    workMs: () => workMs,
    keptMs: 15_000,
    onStart: () => {
      most = Math.max(most, [...server.tasks.values()].filter(({ isDone }) => !isDone).length);
    },
  });
  const gateway = (name: string) =>
    beginGateway(name, { time, random, server, inFlightLimit, backlogLimit: 100, onUncounted: () => undefined });
  return { time, server, gateway, most: () => most };
}

const unkeyed = (number: number) => ({ role: "door", request: { input: { number } }, tenant: "t" });
const keyed = (number: number) => ({ ...unkeyed(number), key: callerKey("t", String(number)) });

test("tasks that come at once do not go over the cap, and those that wait do not either", async () => {
  const { time, server, gateway, most } = system(3, 2_000);
  const { door } = gateway("g");
  const accepted = Promise.all(Array.from({ length: 12 }, (_, number) => door.ingress.submit(unkeyed(number))));
  await time.run(60_000);
  assert.equal((await accepted).length, 12);
  assert.equal(server.tasks.size, 12);
  assert.equal(most(), 3);
});

test("a task that waited at a gateway which stood still is not started again, though it has left the log", async () => {
  const { time, server, gateway } = system(1, 1_000);
  const frozen = gateway("frozen");
  const accepted = Promise.all([1, 2].map((number) => frozen.door.ingress.submit(keyed(number))));
  await time.run(500);
  await accepted;
  frozen.process.stop();
  gateway("other");
  await time.run(60_000);
  assert.equal(server.archived.size, 2, "both ran, the second at the other gateway, and left the log");
  frozen.process.goOn();
  await time.run(120_000);
  assert.deepEqual(
    [...server.tasks.values()].map(({ starts }) => starts),
    [1, 1],
  );
});

test("a keyed submission that stood still does not start a task that a repeat has run to its end", async () => {
  const { time, server, gateway } = system(1, 1_000);
  const frozen = gateway("frozen");
  const late = frozen.door.ingress.submit(keyed(1));
  while (!server.keys.get(server.subjects.key(keyed(1).key))) await time.run(time.nowMs + 1);
  frozen.process.stop();
  const repeated = gateway("other").door.ingress.submit(keyed(1));
  await time.run(60_000);
  assert.equal(server.archived.size, 1);
  frozen.process.goOn();
  await time.run(120_000);
  assert.equal((await late).task_id, (await repeated).task_id);
  assert.deepEqual(
    [...server.tasks.values()].map(({ starts }) => starts),
    [1],
  );
});
