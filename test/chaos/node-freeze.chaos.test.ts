import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { setTimeout as timer } from "node:timers/promises";
import { quantile } from "../../bench/statistics.ts";
import { FREEZE_FILE, freezeLoad, LONGEST_WORK_MS, wholeHistory } from "../support/freeze-load.ts";
import type { HistoryRecord } from "../support/history.ts";
import { Stack, until } from "../support/stack.ts";
import { takeOversAfter } from "../support/take-overs.ts";

const FROZEN_MS = Number(process.env["TROUPE_FAULT_FREEZE_MS"] ?? 60_000);
const REJOINED_WITHIN_MS = 10_000;
/** R-SUP-1: a node that stops answering without a word. */
const ELSEWHERE_MS = 5_000;

/** How often each effect happened, by what it was for. */
async function effectsIn(file: string): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const line of (await readFile(file, "utf8")).trimEnd().split("\n")) {
    const [hop = ""] = line.split(" ");
    counts.set(hop, (counts.get(hop) ?? 0) + 1);
  }
  return counts;
}

it("a node frozen for a minute: its work runs elsewhere, none of its writes counts afterwards, and it joins again as another life", {
  timeout: FROZEN_MS + 300_000,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "troupe-freeze-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const effects = join(folder, "effects");
  await using stack = await Stack.start({ system: "freeze", nodes: 3, systemFile: FREEZE_FILE });
  await using load = await freezeLoad(stack, effects);
  load.start();
  await timer(LONGEST_WORK_MS * 2);
  const node = stack.nodes[0];
  assert.ok(node);
  const before = await stack.lifeOf(node.name);
  assert.ok(before);
  const atMs = Date.now();
  // All of it: the node and its hosts.
  process.kill(-node.pid, "SIGSTOP");
  await timer(FROZEN_MS);
  const thawedAtMs = Date.now();
  process.kill(-node.pid, "SIGCONT");
  await until("another life of the node", 30_000, async () => ((await stack.lifeOf(node.name)) ?? "") > before);
  const rejoinedMs = Date.now() - thawedAtMs;
  await timer(LONGEST_WORK_MS + 1_000);
  await load.drain(30_000);

  const history = await wholeHistory(stack, load);
  // For moments it still takes messages, until it is told; what it had begun before is not its own any more.
  const isOld = (r: HistoryRecord) => r.header.writer?.incarnation.startsWith(before) === true;
  const late = [...history.tasks.values()]
    .flatMap((task) => task.hops)
    .filter(({ own }) => own.some((r) => isOld(r) && r.storedAtMs < thawedAtMs))
    .flatMap(({ own }) => own.filter((r) => isOld(r) && r.storedAtMs >= thawedAtMs));
  assert.equal(late.length, 0, "the life that was frozen wrote on in a hop that it had lost");

  const { delaysMs } = takeOversAfter(history, { node: node.name, atMs, thawedAtMs });
  const p99Ms = quantile(delaysMs, 0.99);
  const repeated = [...(await effectsIn(effects)).values()].filter((count) => count > 1).length;
  const figures = { tasks: load.accepted.length, taken: delaysMs.length, p99Ms, rejoinedMs, repeatedEffects: repeated };
  t.diagnostic(JSON.stringify(figures));
  assert.ok(delaysMs.length >= 5, `only ${delaysMs.length} hops were taken over: the run proves nothing`);
  assert.ok(p99Ms <= ELSEWHERE_MS, `elsewhere after ${p99Ms} ms`);
  assert.ok(rejoinedMs <= REJOINED_WITHIN_MS, `back after ${rejoinedMs} ms`);
  // What was under way when it froze may happen once more, and nothing else.
  assert.ok(repeated <= delaysMs.length, `${repeated} effects were repeated, ${delaysMs.length} hops taken over`);
});
