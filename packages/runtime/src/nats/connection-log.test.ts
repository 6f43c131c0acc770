import assert from "node:assert/strict";
import { test } from "node:test";
import { AuthorizationError, PermissionViolationError, type Status } from "@nats-io/transport-node";
import { z } from "zod";
import { createLogger } from "../telemetry/logger.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { ConnectionLog } from "./connection-log.ts";

const SERVER = "127.0.0.1:4222";
const DOWN: Status = { type: "disconnect", server: SERVER };
const BACK: Status = { type: "reconnect", server: SERVER };
const NO: Status = { type: "error", error: new AuthorizationError("Authorization Violation") };
const GONE = "disconnected from NATS";
const NOT_IN = "NATS does not let this user in; trying again";
const STILL_NOT_IN = "NATS still does not let this user in; trying again";

const Line = z.looseObject({ msg: z.string() });

function bench() {
  const clock = new ManualClock(0);
  const lines: z.infer<typeof Line>[] = [];
  const logger = createLogger({
    name: "t",
    level: "debug",
    destination: { write: (line: string) => lines.push(Line.parse(JSON.parse(line))) },
  });
  const log = new ConnectionLog(logger, clock);
  const said = (...statuses: readonly Status[]) => {
    for (const status of statuses) log.take(status);
    return lines.splice(0).map(({ msg }) => msg);
  };
  return { clock, log, lines, said };
}

test("each outage is said at its beginning and at its end", () => {
  const { said } = bench();
  const outage = [GONE, "reconnected to NATS"];
  assert.deepEqual(said(DOWN, BACK, DOWN, BACK), [...outage, ...outage]);
});

test("who is not let in says so once, then once a minute with how often, and once that it is in again", async () => {
  const { clock, log, lines, said } = bench();
  assert.deepEqual(said(DOWN, NO, DOWN, NO, DOWN), [GONE, NOT_IN]);
  for (let second = 1; second < 60; second++) {
    await clock.advance(1_000);
    assert.deepEqual(said(NO, DOWN), []);
  }
  await clock.advance(1_000);
  log.take(NO);
  assert.deepEqual(
    lines.splice(0).map(({ msg, times, reason }) => [msg, times, reason]),
    [[STILL_NOT_IN, 62, "Authorization Violation"]],
  );
  // The library tells of one reconnect as often as it had tried.
  for (let n = 0; n < 62; n++) log.take(BACK);
  assert.deepEqual(
    lines.splice(0).map(({ msg, notLetIn }) => [msg, notLetIn]),
    [["reconnected to NATS", 62]],
  );
  assert.deepEqual(said(DOWN, NO), [GONE, NOT_IN], "the next outage is another one");
});

test("each operation that is refused is said", () => {
  const { said } = bench();
  const error = new PermissionViolationError("no", "publish", "a.b");
  const refused: Status = { type: "error", error };
  assert.deepEqual(said(refused, refused), ["NATS refused an operation", "NATS refused an operation"]);
});
