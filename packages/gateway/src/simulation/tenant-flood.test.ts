/** Turns between tenants at a whole gateway, in virtual time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@troupe/runtime/internal";
import { SimTime } from "@troupe/runtime/internal-testing";
import { beginGateway } from "./sim-gateway.ts";
import { SimTasks } from "./sim-tasks.ts";

const FLOOD = 500;

test("behind a flood that one tenant has stored, another tenant's tasks have their turns at once", async () => {
  const time = new SimTime();
  const random = seededRandom(1);
  const begun: number[] = [];
  const server = new SimTasks({
    time,
    random,
    workMs: () => 100,
    keptMs: 60_000,
    onStart: ({ number }) => void begun.push(number),
  });
  const world = { time, random, server, inFlightLimit: 1, backlogLimit: 10_000, onUncounted: () => undefined };
  const { door } = beginGateway("g", world);
  const submit = (tenant: string, number: number) =>
    door.ingress.submit({ role: "door", request: { input: { number }, priority: "normal" }, tenant });

  for (let number = 0; number < FLOOD; number++) void submit("flood", number);
  await time.run(5_000);
  const before = begun.length;
  for (let number = FLOOD; number < FLOOD + 3; number++) void submit("other", number);
  await time.run(10_000);
  const after = begun.slice(before, before + 8);
  assert.equal(after.filter((number) => number >= FLOOD).length, 3, `began then: ${after.join()}`);

  await time.run(200_000);
  assert.deepEqual(
    begun.toSorted((a, b) => a - b),
    Array.from({ length: FLOOD + 3 }, (_, number) => number),
  );
  assert.equal(door.ingress.pressure().backlog, 0);
  for (const [name, { size }] of server.queues) assert.equal(size, 0, name);
});
