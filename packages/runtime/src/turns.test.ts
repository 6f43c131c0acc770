import assert from "node:assert/strict";
import { test } from "node:test";
import { Turns } from "./turns.ts";

test("work goes on one at a time and in order, and one that fails tells its caller alone", async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const piece = (name: string, before: Promise<unknown>) => () => {
    seen.push(`${name} begins`);
    return before.then(() => void seen.push(`${name} ends`));
  };
  const first = Promise.withResolvers<void>();
  const results = [
    turns.take(piece("a", first.promise)),
    turns.take(() => Promise.reject(new Error("b fails"))),
    turns.take(piece("c", Promise.resolve())),
  ];
  const settled = Promise.allSettled(results);
  first.resolve();
  assert.deepEqual(
    (await settled).map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled"],
  );
  assert.deepEqual(seen, ["a begins", "a ends", "c begins", "c ends"]);
  assert.equal(await turns.take(async () => 7), 7);
});
