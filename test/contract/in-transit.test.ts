import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { test } from "node:test";
import { InTransit } from "../support/in-transit.ts";
import { resetConnection } from "../support/reset-connection.ts";

const piece = (n: number) => Buffer.from([n]);

test("nothing overtakes anything on a link, however late each piece is, and what is released comes at once", async () => {
  const arrived: number[] = [];
  const all = Promise.withResolvers<void>();
  const transit = new InTransit(([n = -1]) => {
    arrived.push(n);
    if (n === 4) all.resolve();
  });
  for (const [n, lateMs] of [0, 20, 0, 10, 0].entries()) transit.send(piece(n), lateMs);
  assert.deepEqual(arrived, [0]);
  await all.promise;
  transit.send(piece(5), Number.POSITIVE_INFINITY);
  transit.send(piece(6), 0);
  assert.deepEqual(arrived, [0, 1, 2, 3, 4]);
  transit.release();
  transit.send(piece(7), 0);
  assert.deepEqual(arrived, [0, 1, 2, 3, 4, 5, 6, 7]);
  transit.send(piece(8), 5);
  transit.drop();
  transit.release();
  assert.equal(arrived.length, 8);
});

test("a connection is closed by a reset also when its end is on its way", { timeout: 60_000 }, async () => {
  const closed: boolean[] = [];
  const bothClosed = Promise.withResolvers<void>();
  const listener = createServer((socket) => {
    const hasEnded = closed.length > 0;
    socket.on("close", () => {
      closed.push(hasEnded);
      if (hasEnded) bothClosed.resolve();
      else reach();
    });
    socket.on("error", bothClosed.reject);
    if (hasEnded) socket.end();
    resetConnection(socket);
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const reach = () => connect((listener.address() as AddressInfo).port, "127.0.0.1").on("error", () => undefined);
  reach();
  try {
    await bothClosed.promise;
  } finally {
    listener.close();
  }
  assert.deepEqual(closed, [false, true]);
});
