import assert from "node:assert/strict";
import { test } from "node:test";
import type { Msg, NatsConnection } from "@nats-io/transport-node";
import { TroupeError } from "../errors.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { reloadServer } from "./reload.ts";

type Request = NatsConnection["request"];

/** A server that nobody listens on for the first so many requests; `open` counts the connections that are there. */
function serverSilentFor(count: number, answer = "{}") {
  const asked: string[] = [];
  const connections = { opened: 0, closed: 0 };
  const request: Request = async (subject) => {
    asked.push(subject);
    if (asked.length <= count) throw new Error("no responders");
    return { string: () => answer } as Msg;
  };
  const nc = { request, info: { server_id: "S" } } as unknown as NatsConnection;
  const open = async () => {
    connections.opened++;
    return {
      nc,
      close: async () => {
        connections.closed++;
      },
    };
  };
  return { open, asked, connections };
}

async function reloaded({ open }: Pick<ReturnType<typeof serverSilentFor>, "open">): Promise<unknown> {
  const clock = new ManualClock();
  const end = reloadServer(open, clock).then(
    () => "done",
    (error: unknown) => error,
  );
  // Longer than its patience.
  for (let step = 0; step < 150; step++) await clock.advance(100);
  return end;
}

test("a server that does not listen after a reload is asked again for seconds, each time on a connection of its own", async () => {
  const server = serverSilentFor(40);
  assert.equal(await reloaded(server), "done");
  assert.deepEqual(server.asked, Array(41).fill("$SYS.REQ.SERVER.S.RELOAD"));
  assert.deepEqual(server.connections, { opened: 41, closed: 41 });
});

test("one that never answers is unavailable, one that refuses says why", async () => {
  const silent = await reloaded(serverSilentFor(1_000));
  assert.ok(TroupeError.is(silent, "unavailable"));
  const refusing = await reloaded(serverSilentFor(0, '{"error":{"description":"a typo"}}'));
  assert.ok(TroupeError.is(refusing, "invalid_config"));
  assert.match(refusing.message, /a typo/);
});
