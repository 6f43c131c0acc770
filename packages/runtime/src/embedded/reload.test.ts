import assert from "node:assert/strict";
import { test } from "node:test";
import type { Msg, NatsConnection } from "@nats-io/transport-node";
import { TroupeError } from "../errors.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { reloadServer } from "./reload.ts";

type Request = NatsConnection["request"];

/** A server that nobody listens on for the first so many requests. */
function serverSilentFor(count: number, answer = "{}") {
  const asked: string[] = [];
  const request: Request = async (subject) => {
    asked.push(subject);
    if (asked.length <= count) throw new Error("no responders");
    return { string: () => answer } as Msg;
  };
  const nc = { request, info: { server_id: "S" } } as unknown as NatsConnection;
  return { nc, asked };
}

async function reloaded(link: { nc: NatsConnection }): Promise<unknown> {
  const clock = new ManualClock();
  const end = reloadServer(link, clock).then(
    () => "done",
    (error: unknown) => error,
  );
  // Longer than all pauses together.
  for (let step = 0; step < 100; step++) await clock.advance(100);
  return end;
}

test("a server that does not listen for a moment after a reload is asked again, with pauses", async () => {
  const server = serverSilentFor(4);
  assert.equal(await reloaded(server), "done");
  assert.deepEqual(server.asked, Array(5).fill("$SYS.REQ.SERVER.S.RELOAD"));
});

test("one that never answers is unavailable, one that refuses says why", async () => {
  const silent = await reloaded(serverSilentFor(100));
  assert.ok(TroupeError.is(silent, "unavailable"));
  const refusing = await reloaded(serverSilentFor(0, '{"error":{"description":"a typo"}}'));
  assert.ok(TroupeError.is(refusing, "invalid_config"));
  assert.match(refusing.message, /a typo/);
});
