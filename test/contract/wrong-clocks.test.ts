/** Machines whose clocks are wrong: what is due is judged by the store's time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Clock, StoreClock, systemClock } from "@troupe/runtime/internal";
import { startGatewayBed } from "../support/gateway-bed.ts";
import { eventually, plainRequest } from "../support/plain-client.ts";
import { SupervisorBed } from "../support/supervisor-bed.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

const offBy = (ms: number): Clock => ({ ...systemClock, nowMs: () => systemClock.nowMs() + ms });

test("a leader whose clock is an hour off ends tasks at their deadlines, neither before nor late", async () => {
  await using bed = await SupervisorBed.start();
  for (const [id, ms] of [
    ["ahead", HOUR_MS],
    ["behind", -HOUR_MS],
  ] as const) {
    const leader = await bed.supervisor({}, id, new StoreClock(offBy(ms)));
    const version = await bed.deploy();
    const later = await bed.submit(version, { remainingMs: 10 * MINUTE_MS });
    const soon = await bed.submit(version, { remainingMs: 200 });
    assert.equal((await bed.done(soon)).status, "expired");
    assert.equal(await bed.log.get(bed.subjects.done(later)), undefined);
    await leader.stop();
  }
});

test("a gateway whose clock is an hour ahead gives a task that waited what is left of its time", async () => {
  await using bed = await startGatewayBed();
  await bed.deploy("v1", { inFlight: 1 });
  const client = await bed.client();
  const submit = async () => {
    const body = JSON.stringify({ input: "x", deadline_ms: 10 * MINUTE_MS });
    return (await plainRequest(client, "demo.tasks.router.submit", body)).body.task_id;
  };
  await bed.gateway();
  const running = await submit();
  const waiting = await submit();
  await bed.stopGateways();
  await bed.done(running);
  await bed.gateway({ clock: new StoreClock(offBy(HOUR_MS)) });
  const start = await eventually(() => bed.started(waiting));
  const leftMs = start.header?.passport?.remainingMs ?? 0;
  assert.ok(leftMs > 5 * MINUTE_MS && leftMs <= 10 * MINUTE_MS, `${leftMs} ms are left`);
});
