import assert from "node:assert/strict";
import { it } from "node:test";
import { setTimeout as timer } from "node:timers/promises";
import { type Link, Subjects } from "@troupe/runtime/internal";
import { eventCounts } from "../support/event-counts.ts";
import { violationsOf } from "../support/invariants.ts";
import { LoadClient } from "../support/load-client.ts";
import { NatsCluster } from "../support/nats-cluster.ts";
import { PartProcess } from "../support/part-process.ts";
import { readHistory } from "../support/read-history.ts";
import { RELAY_FILE } from "../support/relay-file.ts";
import { relayViolations } from "../support/relay-invariants.ts";
import { until } from "../support/stack.ts";

const KILLS = Number(process.env["TROUPE_FAULT_LEADER_KILLS"] ?? 3);
const GOES_ON_WITHIN_MS = 10_000;
const WARM_UP_MS = 3_000;

/** Which of the servers `s0`, `s1`, `s2` leads the log. */
async function leaderOf(link: Link, subjects: Subjects): Promise<number> {
  const answer = await link.nc.request(`$JS.API.STREAM.INFO.${subjects.logStream(0)}`, "", { timeout: 2_000 });
  const { leader } = answer.json<{ cluster: { leader?: string } }>().cluster;
  return Number(leader?.slice(1));
}

/** Longest time without an end of a task in a while, ms. */
async function longestPause(load: LoadClient, forMs: number): Promise<number> {
  const untilMs = performance.now() + forMs;
  let [ended, lastMs, longestMs] = [load.ended, performance.now(), 0];
  while (performance.now() < untilMs) {
    await timer(20);
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    if (load.ended > ended) [ended, lastMs] = [load.ended, nowMs];
  }
  return longestMs;
}

it(`the log's leader of three servers killed ${KILLS} times: no node is declared dead, and the work goes on within 10 s`, {
  timeout: 120_000 + KILLS * 60_000,
}, async (t) => {
  await using cluster = await NatsCluster.start();
  const subjects = new Subjects("leader");
  const reach = ["--nats", cluster.urls.join(","), "--system", "leader"];
  const parts = [
    new PartProcess("supervisor", ["supervisor", ...reach, "--replicas", "3"]),
    new PartProcess("gateway", ["gateway", ...reach, "--port", "0"]),
    ...["node-1", "node-2", "node-3"].map(
      (name) => new PartProcess(name, ["node", ...reach, "--name", name, "--slots", "512"]),
    ),
  ];
  await using running = new AsyncDisposableStack();
  const core = await cluster.link("test/core");
  running.defer(() => core.close());
  for (const part of parts) {
    running.defer(() => part.stop());
    part.start();
  }
  const health = async () =>
    (await core.nc.request(subjects.supervisor("health"), "", { timeout: 1_000 })).json<{
      nodes: { up: number };
      actors: { total: number; unavailable: number };
    }>();
  await until("three nodes up", 60_000, async () => (await health()).nodes.up === 3);
  const deploy = new PartProcess("deploy", ["deploy", RELAY_FILE, ...reach]);
  deploy.start();
  assert.equal(await deploy.ended(), 0, deploy.log);
  await until("all actors available", 60_000, async () => {
    const { actors } = await health();
    return actors.total > 0 && actors.unavailable === 0;
  });

  await using load = await LoadClient.open({
    natsUrl: cluster.urls.join(","),
    subjects,
    core,
    inFlight: 32,
    door: "a",
    input: (number) => ({ workMs: 30, number }),
  });
  load.start();
  const pauses: number[] = [];
  for (let i = 0; i < KILLS; i++) {
    await timer(WARM_UP_MS);
    const leader = await leaderOf(core, subjects);
    await cluster.kill(leader);
    pauses.push(Math.round(await longestPause(load, GOES_ON_WITHIN_MS + WARM_UP_MS)));
    await cluster.restart(leader);
    const before = load.ended;
    await until("work with three servers again", 30_000, async () => load.ended > before + 64);
  }
  await timer(WARM_UP_MS);
  await load.drain(30_000);

  const logs = parts.map((part) => `--- ${part.name}\n${part.log}`).join("\n");
  const { history } = await readHistory(core, subjects);
  const violations = [...violationsOf(history, load.accepted), ...relayViolations(history)];
  assert.deepEqual(violations.slice(0, 10), [], `${violations.length} violations\n${logs}`);
  const events = await eventCounts({ core, subjects });
  t.diagnostic(JSON.stringify({ tasks: load.accepted.length, pausesMs: pauses, suspected: events["node.suspect"] }));
  assert.equal(events["node.dead"], 0, logs);
  assert.ok(Math.max(...pauses) <= GOES_ON_WITHIN_MS, `work stood still for ${Math.max(...pauses)} ms\n${logs}`);
  assert.ok(load.accepted.length >= KILLS * 100, `only ${load.accepted.length} tasks ran: the run proves nothing`);
});
