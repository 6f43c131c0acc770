import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { complete } from "../actor/outcome.ts";
import { HopBed } from "../testing/hop-bed.ts";

setFlagsFromString("--expose_gc");
const collectGarbage = runInNewContext("gc") as () => void;

test("a hop that waits is not kept in memory, neither its handler nor what it held", async () => {
  const bed = new HopBed();
  let held: WeakRef<object> | undefined;
  const end = await bed.deliver(bed.start(), async (_, ctx) => {
    const large = { bytes: new Uint8Array(1_000_000) };
    held = new WeakRef(large);
    await ctx.call("b", { size: large.bytes.length });
    return complete(large.bytes.length);
  });
  assert.equal(end.kind, "waiting");
  for (let i = 0; i < 5; i++) {
    await new Promise(setImmediate);
    collectGarbage();
  }
  assert.equal(held?.deref(), undefined);
});
