/** Supervisors and nodes that fail: who leads, and what becomes of what a lost node held. */
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  type Clock,
  type ClusterHealth,
  directGetLast,
  type Held,
  handBackSubject,
  type Link,
  systemClock,
  type Version,
} from "@troupe/runtime/internal";
import { giveBack, QueueReader } from "@troupe/supervisor/internal";
import { silentLogger } from "../support/nats-server.ts";
import { until } from "../support/stack.ts";
import { SupervisorBed } from "../support/supervisor-bed.ts";

/** A clock whose sleeps can be stopped: the process behind it is frozen, as far as anybody can tell. */
class FreezingClock implements Clock {
  #thawed = Promise.resolve();
  #thaw: () => void = () => undefined;
  nowMs(): number {
    return systemClock.nowMs();
  }
  monotonicMs(): number {
    return systemClock.monotonicMs();
  }
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await systemClock.sleep(ms, signal);
    await this.#thawed;
  }
  freeze(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#thawed = promise;
    this.#thaw = resolve;
  }
  thaw(): void {
    this.#thaw();
  }
}

const leaderOf = async (bed: SupervisorBed) => (await bed.healthSoon()).supervisor;

test("a standby leads at once when the leader stops, and after the lease when it falls silent; the one that returns stands by", async () => {
  await using bed = await SupervisorBed.start();
  const lease = { leaseMs: 3_000, renewMs: 100 };
  const clock = new FreezingClock();
  const first = await bed.supervisor(lease, "first");
  const second = await bed.supervisor(lease, "second", clock);
  assert.deepEqual([first.isLeading, second.isLeading], [true, false]);
  assert.equal((await leaderOf(bed)).id, "first");
  await first.stop();
  await until("the second leads", 30_000, async () => (await leaderOf(bed)).id === "second");
  const version = await bed.deploy();

  const { epoch: frozen } = await leaderOf(bed);
  const third = await bed.supervisor(lease, "third");
  clock.freeze();
  await until("the third leads", 30_000, () => Promise.resolve(third.isLeading));
  assert.equal(second.isLeading, false, "it knows by itself that its lease has run out");
  clock.thaw();
  await until("only the third answers", 30_000, async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => leaderOf(bed)));
    return answers.every(({ id, epoch }) => id === "third" && epoch > frozen);
  });
  const task = await bed.submit(version, { remainingMs: 50 });
  assert.equal((await bed.done(task)).status, "expired");
});

test("a standby knows the tasks when it begins to lead: it reads nothing of the log again", async () => {
  await using bed = await SupervisorBed.start();
  const first = await bed.supervisor({}, "first");
  const second = await bed.supervisor({}, "second");
  const version = await bed.deploy();
  const late = await bed.submit(version, { remainingMs: 60_000 });
  const [ended, dead] = [await bed.submit(version), await bed.submit(version)];
  await bed.append(ended, bed.subjects.done(ended), { status: "cancelled", by: "client" });
  const consumers = async () => {
    const list = await bed.jetstream<{ consumers: { name: string; config: { durable_name?: string } }[] }>(
      "CONSUMER.LIST.BED_LOG_0",
    );
    return new Set(list.consumers.flatMap(({ name, config }) => (config.durable_name === undefined ? [name] : [])));
  };
  await until("both to follow", 30_000, async () => (await consumers()).size === 16);
  const before = await consumers();
  await first.stop();
  await until("the second leads", 30_000, async () => second.isLeading && (await leaderOf(bed)).id === "second");
  const hop = await bed.firstHop(dead, version);
  const error = { code: "handler_failed", message: "boom" };
  await bed.own(dead, hop, "a", { class: "c", kind: "dead", to: "0" }, { error, attempts: 3 });
  await bed.record(bed.subjects.record(dead, hop, "supervisor", { class: "m", kind: "send", to: "escalation" }));
  const { tasks } = await bed.ask<{ tasks: { task_id: string; status: string }[] }>("tasks", {}, bed.client);
  const statuses = new Map(tasks.map(({ task_id, status }) => [task_id, status]));
  assert.deepEqual(
    [late, ended, dead].map((task) => statuses.get(task)),
    ["running", "cancelled", "running"],
  );
  const fresh = [...(await consumers())].filter((name) => !before.has(name));
  assert.deepEqual(fresh, [], "it follows with the consumers that it had");
});

test("a candidate that comes back under its own name leads at once", async () => {
  await using bed = await SupervisorBed.start();
  const clock = new FreezingClock();
  await bed.supervisor({ leaseMs: 60_000 }, "same", clock);
  clock.freeze();
  const again = await bed.supervisor({ leaseMs: 60_000 }, "same");
  assert.equal(again.isLeading, true);
  clock.thaw();
});

test("a leader that was killed is replaced long before its lease runs out", async () => {
  await using bed = await SupervisorBed.start();
  const args = [
    "--nats",
    bed.server.url,
    "--system",
    "bed",
    "--id",
    "killed",
    "--seed",
    bed.server.seedOf("supervisor"),
  ];
  const child = fork(fileURLToPath(import.meta.resolve("@troupe/supervisor/main")), args, { stdio: "ignore" });
  try {
    await until("the first leads", 120_000, async () => (await leaderOf(bed)).id === "killed");
    // Neither the lease nor a missing renewal can tell it in time: only the server's notice can.
    const standby = await bed.supervisor({ leaseMs: 60_000, renewMs: 30_000 }, "standby");
    assert.equal(standby.isLeading, false);
    child.kill("SIGKILL");
    await until("the standby leads", 30_000, async () => (await leaderOf(bed)).id === "standby");
  } finally {
    child.kill("SIGKILL");
  }
});

test("a restart of the server stops nothing for long: deadlines, dead letters and membership go on", async () => {
  await using bed = await SupervisorBed.start();
  const supervisor = await bed.supervisor({ leaseMs: 15_000, renewMs: 500 });
  const version = await bed.deploy();
  bed.beating({ node: "n1" });
  await until("n1 up", 30_000, async () => (await bed.ask<ClusterHealth>("health")).nodes.up === 1);
  const before = await bed.submit(version, { remainingMs: 3_000 });
  process.kill(bed.server.pid, "SIGKILL");
  await until("the server is back", 90_000, async () => (await bed.healthSoon()).nodes.up === 1);
  assert.equal(supervisor.isLeading, true);
  const after = await bed.submit(version, { remainingMs: 100 });
  assert.equal((await bed.done(before, 30_000)).status, "expired");
  assert.equal((await bed.done(after, 30_000)).status, "expired");
  assert.equal((await bed.ask<ClusterHealth>("health")).nodes.dead, 0);
});

/** Answers what a node holds. */
function holding(link: Link, bed: SupervisorBed, node: string, held: () => number[]): void {
  const durable = bed.subjects.durable("v1" as Version, "a");
  link.nc.subscribe(bed.subjects.node(node, "held"), {
    callback: (_error, message) => {
      const answer: Held = { v: 1, node, incarnation: "i1", held: { [durable]: held() } };
      message.respond(JSON.stringify(answer));
    },
  });
}

/** Takes the next message of mailbox `a` and keeps it. */
interface Taken {
  readonly sequence: number;
  readonly consumerSequence: number;
  readonly attempt: number;
}

async function take(bed: SupervisorBed, limitMs: number): Promise<Taken> {
  const next = `$JS.API.CONSUMER.MSG.NEXT.BED_LOG_0.v1-a`;
  const body = JSON.stringify({ batch: 1, expires: limitMs * 1e6 });
  const message = await bed.core.nc.request(next, body, { timeout: limitMs + 500, noMux: true });
  assert.equal(message.headers?.code ?? 0, 0, `nothing came within ${limitMs} ms`);
  const tokens = message.reply?.split(".") ?? [];
  return { attempt: Number(tokens[4]), sequence: Number(tokens[5]), consumerSequence: Number(tokens[6]) };
}

test("what a lost node held comes back long before its time is over; what the others hold does not", async () => {
  await using bed = await SupervisorBed.start();
  await bed.supervisor({ suspectAfterMs: 500, deadAfterMs: 60_000 });
  const version = await bed.deploy();
  const stop = bed.beating({ node: "n1" });
  bed.beating({ node: "n2" });
  await until("both up", 30_000, async () => (await bed.ask<ClusterHealth>("health")).nodes.up === 2);
  await bed.submit(version);
  await bed.submit(version);
  await patient(bed);
  const lost = await take(bed, 15_000);
  const kept = await take(bed, 15_000);
  holding(bed.node, bed, "n2", () => [kept.sequence]);
  stop();
  const back = await take(bed, 30_000);
  assert.deepEqual([back.sequence, back.attempt], [lost.sequence, 2]);
  const info = await bed.core.nc.request("$JS.API.CONSUMER.INFO.BED_LOG_0.v1-a", "");
  assert.equal(info.json<{ num_ack_pending: number }>().num_ack_pending, 2, "the other one is still held");
});

/** Nothing comes back by itself before a minute is over. */
async function patient(bed: SupervisorBed): Promise<void> {
  const { config } = await bed.jetstream<{ config: { filter_subject: string } }>("CONSUMER.INFO.BED_LOG_0.v1-a");
  const longer = { stream_name: "BED_LOG_0", config: { ...config, ack_wait: 60e9 }, action: "update" };
  const { error } = await bed.jetstream<{ error?: unknown }>(
    `CONSUMER.CREATE.BED_LOG_0.v1-a.${config.filter_subject}`,
    longer,
  );
  assert.equal(error, undefined);
}

test("however many give back the same delivery, at once and again later, it comes back once", async () => {
  await using bed = await SupervisorBed.start();
  await bed.supervisor();
  const version = await bed.deploy();
  await patient(bed);
  await bed.submit(version);
  await bed.submit(version);
  const lost = await take(bed, 15_000);
  const kept = await take(bed, 15_000);
  const held = [kept.sequence];
  holding(bed.node, bed, "n2", () => held);
  const { core: link, subjects } = bed;
  const supervisors = Array.from({ length: 3 }, () => ({
    link,
    subjects,
    queues: new QueueReader(link, subjects, 1),
    logger: silentLogger,
  }));
  const everybody = async () => {
    const named = await Promise.all(supervisors.map((one) => giveBack(one, { live: ["n2"], suspect: [] })));
    // A consumer takes what is said to it in order, but hands out messages beside that: what follows waits until all is taken.
    await link.nc.request(handBackSubject("BED_LOG_0", "v1-a", kept.sequence, kept.consumerSequence), "+WPI");
    return named;
  };
  assert.deepEqual(await everybody(), [1, 1, 1]);
  const back = await take(bed, 15_000);
  assert.deepEqual([back.sequence, back.attempt], [lost.sequence, 2]);
  held.push(back.sequence);
  assert.deepEqual(await everybody(), [0, 0, 0], "somebody has it now");
  const info = await bed.jetstream<{ num_ack_pending: number; num_redelivered: number; num_pending: number }>(
    "CONSUMER.INFO.BED_LOG_0.v1-a",
  );
  const { num_ack_pending: pending, num_redelivered: redelivered, num_pending: waiting } = info;
  assert.deepEqual([pending, redelivered, waiting], [2, 1, 0]);
  const next = { batch: 1, no_wait: true };
  const more = await link.nc.request("$JS.API.CONSUMER.MSG.NEXT.BED_LOG_0.v1-a", JSON.stringify(next), {
    noMux: true,
    timeout: 15_000,
  });
  assert.equal(more.headers?.code, 404, "nothing is on its way a second time");
});

test("of a mailbox the oldest message that waits is told, until it is delivered", async () => {
  await using bed = await SupervisorBed.start();
  await bed.supervisor();
  const version = await bed.deploy();
  await patient(bed);
  const reader = new QueueReader(bed.core, bed.subjects, 1);
  const oldest = async () => {
    const queue = (await reader.read()).find(({ durable }) => durable === "v1-a");
    assert.ok(queue);
    return reader.oldestWaiting(queue);
  };
  assert.equal(await oldest(), undefined);
  const tasks = [await bed.submit(version), await bed.submit(version)];
  const storedMs = await Promise.all(
    tasks.map(async (task) => {
      const start = await directGetLast(bed.core, "BED_LOG_0", bed.subjects.start(task, "a"));
      return start?.storedAtMs;
    }),
  );
  assert.deepEqual([await oldest(), await oldest()], [storedMs[0], storedMs[0]], "asked again");
  await take(bed, 15_000);
  assert.equal(await oldest(), storedMs[1]);
  await take(bed, 15_000);
  assert.equal(await oldest(), undefined);
});

test("when a live node does not say what it holds, nothing is given back", async () => {
  await using bed = await SupervisorBed.start();
  await bed.supervisor({ suspectAfterMs: 500, deadAfterMs: 60_000 });
  const version = await bed.deploy();
  const stop = bed.beating({ node: "n1" });
  bed.beating({ node: "n2" });
  await until("both up", 30_000, async () => (await bed.ask<ClusterHealth>("health")).nodes.up === 2);
  await bed.submit(version);
  await patient(bed);
  const held = await take(bed, 15_000);
  stop();
  await until("n1 dead", 30_000, async () => (await bed.ask<ClusterHealth>("health")).nodes.dead === 1);
  const info = await bed.core.nc.request("$JS.API.CONSUMER.INFO.BED_LOG_0.v1-a", "");
  const { num_redelivered: redelivered, delivered } = info.json<{
    num_redelivered: number;
    delivered: { consumer_seq: number };
  }>();
  assert.equal(redelivered, 0);
  bed.core.nc.publish(handBackSubject("BED_LOG_0", "v1-a", held.sequence, delivered.consumer_seq), "-NAK");
  assert.equal((await take(bed, 15_000)).sequence, held.sequence);
});
