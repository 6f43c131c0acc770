import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { createLogger } from "@troupe/runtime/internal";
import { EventStreams, formatEvent, formatFrame } from "./event-stream.ts";

const STALLED_MS = 60_000;

test("an event bears its record's sequence as id; what no record stands behind has none", () => {
  const at = "2026-01-01T00:00:00.000Z";
  const accepted = formatEvent({ type: "accepted", id: 7, at, role: "router" });
  assert.equal(accepted, `id: 7\nevent: accepted\ndata: {"type":"accepted","id":7,"at":"${at}","role":"router"}\n\n`);
  assert.match(formatEvent({ type: "token", role: "a", hop: "b", text: "c" }), /^event: token\n/);
});

test("no text can begin a line of its own", () => {
  assert.equal(formatFrame({ a: "x\n\nevent: done\ndata: 1\r\n\u2028" }).split("\n").length, 3);
});

test("a silent stream is kept alive every 15 s, and ends when the gateway closes it", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const streams = new EventStreams(createLogger({ name: "test", level: "silent" }), STALLED_MS);
  const server = createServer((_request, response) => {
    void streams.send(response, {
      headers: {},
      async *frames(signal) {
        yield formatFrame("first");
        await once(signal, "abort");
      },
      failure: () => formatFrame("failed"),
    });
  });
  t.after(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const [answer] = (await once(get({ host: "127.0.0.1", port }), "response")) as [IncomingMessage];
  const parts = answer.setEncoding("utf8").iterator();
  assert.equal((await parts.next()).value, 'data: "first"\n\n');
  for (let n = 0; n < 2; n++) {
    t.mock.timers.tick(15_000);
    assert.equal((await parts.next()).value, ": ping\n\n");
  }
  assert.equal(streams.count, 1);
  streams.closeAll();
  assert.equal((await parts.next()).done, true);
  assert.equal(streams.count, 0);
});
