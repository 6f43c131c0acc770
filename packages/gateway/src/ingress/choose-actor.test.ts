import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { chooseActor, whyNoActor } from "./choose-actor.ts";

const actor = (id: string, load: number, concurrency = 5, state = "available") => ({ id, state, load, concurrency });
const wish = (maxLoad: number) => ({ version: "v1", mailbox: "a", maxLoad });

test("the least loaded actor of the mailbox is chosen, when it is not busier than the task allows", () => {
  const answer = { actors: [actor("v1/a/0", 0.8), actor("v1/a/1", 0.6), actor("v1/b/0", 0), actor("v2/a/0", 0)] };
  assert.equal(chooseActor(answer, wish(0.8)), "v1/a/1");
  assert.equal(chooseActor(answer, wish(0.6)), "v1/a/1");
  assert.equal(chooseActor(answer, wish(0.5)), undefined);
  assert.equal(
    whyNoActor(answer, wish(0.5)),
    "no actor of a has a load of 50 % or less; the least has v1/a/1 with 60 %",
  );
  assert.equal(whyNoActor(answer, wish(0.6)), undefined);
});

test("what is on its way counts towards an actor's load", () => {
  const answer = { actors: [actor("v1/a/0", 0.4), actor("v1/a/1", 0.6)] };
  assert.equal(chooseActor(answer, wish(0.8), new Map([["v1/a/0", 2]])), "v1/a/1");
  assert.equal(
    chooseActor(
      answer,
      wish(0.6),
      new Map([
        ["v1/a/0", 2],
        ["v1/a/1", 1],
      ]),
    ),
    undefined,
  );
});

test("actors that do not take messages, or have no place, are none", () => {
  const homeless = { id: "v1/a/2", state: "unplaced" };
  const answer = { actors: [actor("v1/a/0", 0, 1, "failed"), actor("v1/a/1", 0, 1, "unavailable"), homeless] };
  assert.equal(chooseActor(answer, wish(1)), undefined);
  assert.equal(whyNoActor(answer, wish(1)), "no actor of a takes messages");
});

test("the order of actors decides nothing, and whoever is chosen fits", () => {
  const some = fc.uniqueArray(fc.record({ index: fc.nat(9), load: fc.integer({ min: 0, max: 5 }) }), {
    selector: ({ index }) => index,
  });
  fc.assert(
    fc.property(some, fc.integer({ min: 0, max: 5 }), (given, most) => {
      const actors = given.map(({ index, load }) => actor(`v1/a/${index}`, load / 5));
      const chosen = chooseActor({ actors }, wish(most / 5));
      assert.equal(chooseActor({ actors: actors.toReversed() }, wish(most / 5)), chosen);
      const least = Math.min(...actors.map(({ load }) => load));
      assert.equal(chosen !== undefined, least <= most / 5);
      if (chosen !== undefined) assert.equal(actors.find(({ id }) => id === chosen)?.load, least);
    }),
  );
});
