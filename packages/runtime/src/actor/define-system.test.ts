import assert from "node:assert/strict";
import { test } from "node:test";
import { Slos } from "../contracts/slo.ts";
import { actor } from "./actor.ts";
import { defineSystem } from "./define-system.ts";
import { complete } from "./outcome.ts";

const roles = { a: actor({ receive: (message) => complete(message) }) };

test("a system declares what differs from the defaults, and switches off what it does not want", () => {
  const { manifest } = defineSystem({
    name: "shop",
    graph: { client: ["a"], a: ["client"] },
    roles,
    slos: { latency: { targetMs: 2_000 }, cost: false },
  });
  const defaults = Slos.parse({});
  assert.deepEqual(manifest.slos, {
    ...defaults,
    latency: { percentile: 0.95, targetMs: 2_000, alertMs: 8_000, windowMs: 86_400_000 },
    cost: false,
  });
});
