import assert from "node:assert/strict";
import { test } from "node:test";
import { OnDemand } from "./on-demand.ts";

test("it is opened once for all who ask, and not before", async () => {
  let opened = 0;
  const thing = new OnDemand(async () => ++opened);
  assert.equal(await thing.ifOpened(), undefined);
  assert.equal(opened, 0);
  assert.deepEqual(await Promise.all([thing.get(), thing.get()]), [1, 1]);
  assert.equal(await thing.ifOpened(), 1);
});

test("who comes after a failure tries again, and whoever closes hears nothing of it", async () => {
  let tries = 0;
  const thing = new OnDemand(async () => {
    if (++tries === 1) throw new Error("not yet");
    return tries;
  });
  const first = thing.get();
  assert.equal(await thing.ifOpened(), undefined);
  await assert.rejects(first, /not yet/);
  assert.equal(await thing.get(), 2);
});
