import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { setTimeout as timer } from "node:timers/promises";
import { FREEZE_FILE, freezeLoad, LONGEST_WORK_MS, wholeHistory } from "../support/freeze-load.ts";
import type { History } from "../support/history.ts";
import { hostsOf } from "../support/host-processes.ts";
import { isObject } from "../support/invariants.ts";
import { Stack } from "../support/stack.ts";

const FROZEN_MS = 15_000;

/** Hops that the frozen process had begun and another executor then claimed. */
function takenFrom(history: History, pid: number): Set<string> {
  const hops = [...history.tasks.values()].flatMap((task) => task.hops);
  const taken = hops.filter(({ own }) => {
    const first = own.find((r) => r.at.name.kind === "step" && isObject(r.body) && r.body["value"] === pid);
    return own.some((r) => r.at.name.kind === "claim" && first !== undefined && r.sequence > first.sequence);
  });
  return new Set(taken.map((hop) => hop.hop));
}

it("a host frozen for 15 s inside its steps, then let go: after the claim none of its records is stored, end and reply included", {
  timeout: 120_000,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "troupe-freeze-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const effects = join(folder, "effects");
  // Its node must not kill the frozen host: this is about what a zombie can do.
  const nodeFlags = ["--host-silence", "0"];
  await using stack = await Stack.start({ system: "freeze", nodes: 2, systemFile: FREEZE_FILE, nodeFlags });
  await using load = await freezeLoad(stack, effects);
  load.start();
  await timer(LONGEST_WORK_MS * 2);
  const [node] = stack.nodes;
  assert.ok(node);
  const [host] = await hostsOf(node.pid);
  assert.ok(host, "the node has no host");
  process.kill(host, "SIGSTOP");
  const frozenLines = (await readFile(effects, "utf8")).length;
  await timer(FROZEN_MS);
  process.kill(host, "SIGCONT");
  await timer(LONGEST_WORK_MS + 1_000);
  await load.drain(30_000);

  const history = await wholeHistory(stack, load);

  // The run proves something only if the zombie woke up and did finish effects of hops that it had lost.
  const taken = takenFrom(history, host);
  const after = (await readFile(effects, "utf8")).slice(frozenLines).trimEnd().split("\n");
  const escaped = after.filter((line) => {
    const [hop = "", pid] = line.split(" ");
    return Number(pid) === host && taken.has(hop);
  });
  const roles = new Set(
    [...history.tasks.values()].flatMap((task) => task.hops.filter((hop) => taken.has(hop.hop)).map((hop) => hop.role)),
  );
  t.diagnostic(JSON.stringify({ tasks: load.accepted.length, taken: taken.size, escaped: escaped.length }));
  assert.ok(escaped.length >= 3, `the frozen host finished only ${escaped.length} effects of lost hops`);
  assert.deepEqual([...roles].toSorted(), ["boss", "helper"], "hops before an end and before a reply were taken over");
});
