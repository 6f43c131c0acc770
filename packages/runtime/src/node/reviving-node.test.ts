import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "../errors.ts";
import { createLogger } from "../telemetry/logger.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { type NodeLife, RevivingNode } from "./reviving-node.ts";

const logger = createLogger({ name: "test", level: "silent" });

/** A node whose lives do nothing; the n-th start fails where `failing` says so. */
function lives(failing: readonly number[] = []) {
  const clock = new ManualClock();
  const begun: (NodeLife & { readonly end: (how: number | "declared_dead") => void })[] = [];
  const newLife = () => {
    const number = begun.length;
    const { promise: done, resolve: end } = Promise.withResolvers<number | "declared_dead">();
    const life = {
      name: "n1",
      incarnation: `i${number}`,
      hostPids: [],
      done,
      end,
      start: async () => {
        if (failing.includes(number)) throw new TroupeError("unavailable", "no server");
      },
      drain: async () => {
        end(0);
        await done;
      },
      stop: async (exitCode = 0) => {
        end(exitCode);
        await done;
      },
    };
    begun.push(life);
    return life;
  };
  return { clock, begun, node: new RevivingNode(newLife, { clock, logger }) };
}

/** Lets everything run that waits for nothing but its turn. */
const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));

test("a life that was declared dead is followed by another one, under the same name", async () => {
  const { node, begun } = lives();
  await node.start();
  assert.equal(node.incarnation, "i0");
  begun[0]?.end("declared_dead");
  await breathe();
  assert.deepEqual([begun.length, node.incarnation, node.name], [2, "i1", "n1"]);
  begun[1]?.end(3);
  assert.equal(await node.done, 3, "a life that ends by itself ends the node");
});

test("while the server is away it tries again", async () => {
  const { node, begun, clock } = lives([1, 2]);
  await node.start();
  begun[0]?.end("declared_dead");
  await breathe();
  assert.equal(begun.length, 2);
  await clock.advance(1_000);
  await breathe();
  await clock.advance(1_000);
  await breathe();
  assert.deepEqual([begun.length, node.incarnation], [4, "i3"]);
  await node.drain();
  assert.equal(await node.done, 0);
});

test("a node that is stopped between two lives begins none", async () => {
  const { node, begun } = lives([1, 2, 3, 4]);
  await node.start();
  begun[0]?.end("declared_dead");
  await breathe();
  await node.stop(130);
  assert.equal(await node.done, 130);
  assert.equal(begun.length, 2);
});

test("a start that fails is told to whoever started the node", async () => {
  const { node } = lives([0]);
  await assert.rejects(node.start(), (error) => TroupeError.is(error, "unavailable"));
});
