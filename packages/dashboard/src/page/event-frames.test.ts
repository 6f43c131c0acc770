import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EventFrames } from "./event-frames.js";

const STREAM =
  'retry: 1000\n\nid: 1\nevent: step\ndata: {"a":1}\n\n: ping\n\nevent: token\ndata: "x: y"\n\nid: 2\ndata: no json\n\n';
const EVENTS = [
  { id: "1", type: "step", data: { a: 1 } },
  { id: "", type: "token", data: "x: y" },
  { id: "2", type: "message", data: "no json" },
];

test("events are the same wherever the stream is cut into pieces", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: STREAM.length })), (cuts) => {
      const frames = new EventFrames();
      const at = [0, ...cuts.toSorted((a, b) => a - b), STREAM.length];
      const events = at.slice(1).flatMap((end, index) => frames.feed(STREAM.slice(at[index], end)));
      assert.deepEqual(events, EVENTS);
    }),
  );
});

test("what is not whole yet is no event", () => {
  assert.deepEqual(new EventFrames().feed("id: 1\ndata: 1\n"), []);
});
