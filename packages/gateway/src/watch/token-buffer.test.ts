import assert from "node:assert/strict";
import { test } from "node:test";
import { isHopId } from "@troupe/runtime/internal";
import { TokenBuffer, type TokenEvent } from "./token-buffer.ts";
import { Wake } from "./wake.ts";

const chunk = (text: string, hop = "start"): TokenEvent => {
  assert.ok(isHopId(hop));
  return { type: "token", role: "writer", hop, text };
};
const HOP = "0".repeat(26);

test("chunks come out in order and only once", () => {
  const buffer = new TokenBuffer(10);
  buffer.push(chunk("a"));
  buffer.push(chunk("b"));
  assert.deepEqual(buffer.take(), { chunks: [chunk("a"), chunk("b")], lost: 0 });
  assert.deepEqual(buffer.take(), { chunks: [], lost: 0 });
});

test("a watcher that is behind gets neighbouring chunks of a hop as one, with no text lost", () => {
  const buffer = new TokenBuffer(4);
  for (const text of ["a", "b", "c", "d", "e"]) buffer.push(chunk(text));
  const { chunks, lost } = buffer.take();
  assert.equal(chunks.map(({ text }) => text).join(""), "abcde");
  assert.equal(lost, 0);
  assert.ok(chunks.length < 5);
});

test("a full buffer drops the oldest chunks and says how many", () => {
  const buffer = new TokenBuffer(4);
  for (let i = 0; i < 10; i++) buffer.push(chunk(String(i), i % 2 === 0 ? "start" : HOP));
  const { chunks, lost } = buffer.take();
  assert.equal(lost, 6);
  assert.deepEqual(
    chunks.map(({ text }) => text),
    ["6", "7", "8", "9"],
  );
});

test("however long chunks are, only so much of them waits", () => {
  const buffer = new TokenBuffer(1_000);
  for (let i = 0; i < 50; i++) buffer.push(chunk(String(i).padEnd(100_000, ".")));
  const { chunks, lost } = buffer.take();
  assert.equal(chunks.length, 2);
  assert.equal(lost, 48);
  assert.ok(chunks.at(-1)?.text.startsWith("49."));
  buffer.push(chunk("x".repeat(300_000)));
  assert.deepEqual(buffer.take(), { chunks: [], lost: 1 });
  buffer.push(chunk("small"));
  assert.deepEqual(buffer.take(), { chunks: [chunk("small")], lost: 0 });
});

test("chunks that become one count as much as before", () => {
  const buffer = new TokenBuffer(100);
  for (let i = 0; i < 10_000; i++) buffer.push(chunk("x".repeat(100)));
  const { chunks, lost } = buffer.take();
  const waiting = chunks.reduce((sum, { text }) => sum + text.length, 0);
  assert.ok(lost > 0 && waiting <= 256 * 1_024, String(waiting));
});

test("a wake-up that came before the wait is not lost, and many are one", async () => {
  const wake = new Wake();
  const { signal } = new AbortController();
  wake.set();
  wake.set();
  await wake.wait(60_000, signal);
  const second = wake.wait(60_000, signal);
  wake.set();
  await second;
});

test("an abort ends the wait", async () => {
  const abort = new AbortController();
  const waiting = new Wake().wait(60_000, abort.signal);
  abort.abort();
  await waiting;
});
