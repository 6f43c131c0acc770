import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { setTimeout as timer } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { History } from "../support/history.ts";
import { hostsOf } from "../support/host-processes.ts";
import { isObject, violationsOf } from "../support/invariants.ts";
import { LoadClient } from "../support/load-client.ts";
import { readHistory } from "../support/read-history.ts";
import { Stack } from "../support/stack.ts";

const FREEZE_FILE = fileURLToPath(new URL("../support/freeze-system.ts", import.meta.url));
/** Effects take 1 to 3 s, so that the tasks do not march in step. */
const workMs = (number: number) => 1_000 + ((number * 377) % 2_000);
const LONGEST_WORK_MS = 3_000;
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
  const { server, subjects, core } = stack;
  await using load = await LoadClient.open({
    natsUrl: server.url,
    subjects,
    core,
    inFlight: 32,
    door: "boss",
    input: (number) => ({ workMs: workMs(number), effects }),
  });
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

  const { history } = await readHistory(core, subjects);
  const violations = violationsOf(history, load.accepted);
  assert.deepEqual(violations.slice(0, 10), [], `${violations.length} violations\n${stack.logs()}`);
  const ends = [...history.tasks.values()].flatMap((task) => task.ends.map((end) => end.body));
  assert.ok(
    ends.every((body) => isObject(body) && body["status"] === "completed"),
    "every task completes",
  );

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
