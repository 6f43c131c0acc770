import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lease } from "@troupe/runtime/internal";
import { decideLease } from "./lease.ts";

const lease = (changes: Partial<Lease> = {}): Lease => ({
  v: 1,
  holder: "other",
  epoch: 4,
  renewedAtMs: 0,
  ttlMs: 15_000,
  ...changes,
});

test("who may lead", () => {
  const cases: [string, Lease | undefined, number, number | undefined, ReturnType<typeof decideLease>, boolean?][] = [
    ["nobody ever led", undefined, 0, undefined, { kind: "take", epoch: 1 }],
    ["another one leads", lease(), 14_999, undefined, { kind: "wait" }],
    ["another one was not heard for the whole lease", lease(), 15_000, undefined, { kind: "take", epoch: 5 }],
    ["another one gave it up", lease({ ttlMs: 0 }), 0, undefined, { kind: "take", epoch: 5 }],
    ["another one leads, and is gone", lease(), 4_000, undefined, { kind: "take", epoch: 5 }, true],
    ["it is mine", lease({ holder: "me" }), 3_000, 4, { kind: "renew", epoch: 4 }],
    ["an earlier life of mine", lease({ holder: "me" }), 0, undefined, { kind: "take", epoch: 5 }],
    ["it was mine until another took it", lease({ epoch: 6 }), 0, 4, { kind: "wait" }],
    ["another process under my name took it", lease({ holder: "me", epoch: 6 }), 0, 4, { kind: "take", epoch: 7 }],
  ];
  for (const [name, row, unchangedForMs, held, expected, isHolderGone = false] of cases)
    assert.deepEqual(decideLease({ lease: row, unchangedForMs, isHolderGone }, "me", held), expected, name);
});
