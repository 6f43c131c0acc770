import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type Clock, systemClock } from "@troupe/runtime";
import { announceAttached, untilNobodyIsAttached } from "./attached.ts";

const { signal } = new AbortController();

test("the wait lasts as long as a living process is attached", async () => {
  const folder = await mkdtemp(join(tmpdir(), "troupe-attached-"));
  try {
    const leave = await announceAttached(folder, 17);
    let polls = 0;
    const clock: Clock = { ...systemClock, sleep: async () => (++polls === 3 ? leave() : undefined) };
    await untilNobodyIsAttached(folder, clock, signal, (pid) => pid === 17);
    assert.equal(polls, 3);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("what a dead process left behind does not count", async () => {
  const folder = await mkdtemp(join(tmpdir(), "troupe-attached-"));
  try {
    await announceAttached(folder, 17);
    const clock: Clock = { ...systemClock, sleep: async () => assert.fail("waited") };
    await untilNobodyIsAttached(folder, clock, signal, () => false);
  } finally {
    await rm(folder, { recursive: true });
  }
});
