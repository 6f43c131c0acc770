import assert from "node:assert/strict";
import { test } from "node:test";
import { type Row, TroupeError } from "@troupe/runtime/internal";
import { NewestRow } from "./newest-row.ts";

/** A store whose copy shows what it is told to show. */
function bench() {
  let shown: Row<string> | undefined;
  const row = new NewestRow<string>(
    {
      get: () => Promise.resolve(shown),
      put: (key, value, revision) =>
        revision === shown?.revision
          ? Promise.resolve({ key, value, revision: (revision ?? 0) + 1 })
          : Promise.reject(new TroupeError("conflict", "another one")),
    },
    "current",
  );
  const show = (value: string, revision: number) => void (shown = { key: "current", value, revision });
  return { row, show, hide: () => (shown = undefined), readsAs: async () => (await row.read())?.value };
}

test("a copy that is behind never brings an older row back, nor takes one away", async () => {
  const { row, show, hide, readsAs } = bench();
  assert.equal(await readsAs(), undefined);
  show("first", 1);
  assert.equal(await readsAs(), "first");
  await row.put("second", 1);
  assert.equal(row.known?.value, "second");
  assert.equal(await readsAs(), "second");
  hide();
  assert.equal(await readsAs(), "second");
  show("third", 3);
  assert.equal(await readsAs(), "third");
});

test("what could not be written changes nothing that is known; what is forgotten is read anew, be it older", async () => {
  const { row, show, readsAs } = bench();
  show("late", 7);
  await readsAs();
  show("restored", 2);
  await assert.rejects(row.put("next", 7), { code: "conflict" });
  assert.equal(await readsAs(), "late");
  row.forget();
  assert.equal(await readsAs(), "restored");
});
