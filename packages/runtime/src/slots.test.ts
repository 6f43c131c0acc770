import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Slots } from "./slots.ts";

test("what is in is found where it was put, however much comes and goes", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 30 }), { maxLength: 200 }), (moves) => {
      const slots = new Slots<{ id: number }>();
      const model = new Map<number, { id: number }>();
      for (const [id, move] of moves.entries()) {
        const known = [...model.keys()];
        const leaving = known[move];
        if (leaving === undefined) {
          const item = { id };
          const slot = slots.add(item);
          assert.ok(!model.has(slot), "a slot in use is not given away");
          model.set(slot, item);
        } else {
          slots.remove(leaving);
          model.delete(leaving);
        }
        assert.equal(slots.size, model.size);
        for (const [slot, item] of model) assert.equal(slots.at(slot), item);
        assert.deepEqual(new Set(slots), new Set(model.values()));
        assert.deepEqual(new Map(slots.entries()), new Map([...model].toSorted(([a], [b]) => a - b)));
      }
    }),
  );
});

test("removing what is not there changes nothing", () => {
  const slots = new Slots<{ id: number }>();
  const slot = slots.add({ id: 1 });
  slots.remove(slot);
  slots.remove(slot);
  slots.remove(7);
  assert.equal(slots.size, 0);
  assert.notEqual(slots.add({ id: 2 }), slots.add({ id: 3 }));
});
