import assert from "node:assert/strict";
import { test } from "node:test";
import type { Link } from "../nats/connection.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { guardDisconnects } from "./disconnect-guard.ts";

/** A link whose status events come from the test. */
function guarded() {
  const clock = new ManualClock();
  const events = new TransformStream<{ type: string }, { type: string }>();
  const writer = events.writable.getWriter();
  const link = { nc: { status: () => events.readable } } as unknown as Link;
  let calls = 0;
  const ended = guardDisconnects(link, clock, 12_000, () => calls++);
  const say = async (type: string) => {
    await writer.write({ type });
    await new Promise(setImmediate);
  };
  return { clock, say, calls: () => calls, close: () => writer.close(), ended };
}

test("a server that stays away for longer than the limit is told once", async () => {
  const { clock, say, calls } = guarded();
  await say("disconnect");
  await clock.advance(11_999);
  assert.equal(calls(), 0);
  await clock.advance(1);
  assert.equal(calls(), 1);
  await clock.advance(60_000);
  assert.equal(calls(), 1);
});

test("a server that comes back in time is not told, and the next absence counts from its own start", async () => {
  const { clock, say, calls } = guarded();
  await say("disconnect");
  await clock.advance(11_000);
  await say("reconnect");
  await clock.advance(11_000);
  await say("disconnect");
  await clock.advance(11_999);
  assert.equal(calls(), 0);
  await clock.advance(1);
  assert.equal(calls(), 1);
});

test("a link that is closed while its server is away is nobody's loss", async () => {
  const { clock, say, calls, close, ended } = guarded();
  await say("disconnect");
  await close();
  await ended;
  await clock.advance(60_000);
  assert.equal(calls(), 0);
});
