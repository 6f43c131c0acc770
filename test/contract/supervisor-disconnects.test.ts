/** What the server's notices of ended connections lead to: quick give-back where a node is gone, nothing where it is not. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  type ClusterHealth,
  createLogger,
  type Held,
  type Link,
  nodeLinkName,
  openLink,
  type Version,
} from "@troupe/runtime/internal";
import type { SupervisorSettings } from "@troupe/supervisor";
import { until } from "../support/stack.ts";
import { SupervisorBed } from "../support/supervisor-bed.ts";

const logger = createLogger({ name: "test", level: "silent" });

/** Silence proves nothing for minutes: whatever happens to a node, the notices have led to it. */
const DEAF: Partial<SupervisorSettings> = { suspectAfterMs: 120_000, deadAfterMs: 240_000, goneAfterMs: 300 };

/** Opens a node's own connection, which answers its probe and says what it holds. */
async function nodeLink(bed: SupervisorBed, node: string, held: () => number[] = () => []): Promise<Link> {
  const link = await openLink({
    servers: bed.server.url,
    name: nodeLinkName(node),
    user: "node",
    seed: bed.server.seedOf("node"),
    logger,
  });
  const identity = { v: 1, node, incarnation: "i1" } as const;
  const durable = bed.subjects.durable("v1" as Version, "a");
  link.nc.subscribe(bed.subjects.node(node, "probe"), {
    callback: (_error, message) => void message.respond(JSON.stringify(identity)),
  });
  link.nc.subscribe(bed.subjects.node(node, "held"), {
    callback: (_error, message) => {
      const answer: Held = { ...identity, held: { [durable]: held() } };
      message.respond(JSON.stringify(answer));
    },
  });
  await link.nc.flush();
  return link;
}

async function start(t: TestContext, settings: Partial<SupervisorSettings> = {}) {
  const bed = await SupervisorBed.start();
  t.after(() => bed[Symbol.asyncDispose]());
  await bed.supervisor({ ...DEAF, ...settings });
  const version = await bed.deploy();
  return { bed, version };
}

const statusesOf = async (bed: SupervisorBed): Promise<Record<string, string>> => {
  const { nodes } = await bed.ask<{ nodes: { node: string; status: string }[] }>("nodes");
  return Object.fromEntries(nodes.map(({ node, status }) => [node, status]));
};
const areUp = (bed: SupervisorBed, count: number) =>
  until(`${count} nodes up`, 15_000, async () => (await bed.ask<ClusterHealth>("health")).nodes.up === count);

/** Names of all membership events of a node, in order. */
async function eventsOf(bed: SupervisorBed, node: string): Promise<string[]> {
  const names: string[] = [];
  const info = await bed.jetstream<{ state: { last_seq: number } }>("STREAM.INFO.BED_CONTROL");
  for (let sequence = 1; sequence <= info.state.last_seq; sequence++) {
    const { message } = await bed.jetstream<{ message?: { data: string } }>("STREAM.MSG.GET.BED_CONTROL", {
      seq: sequence,
    });
    const event = JSON.parse(Buffer.from(message?.data ?? "", "base64").toString()) as { name: string; about: string };
    if (event.about === node && event.name.startsWith("node.")) names.push(event.name);
  }
  return names;
}

/** Takes the next message of mailbox `a` and keeps it. */
async function take(bed: SupervisorBed, limitMs: number): Promise<{ sequence: number; attempt: number }> {
  const body = JSON.stringify({ batch: 1, expires: limitMs * 1e6 });
  const next = "$JS.API.CONSUMER.MSG.NEXT.BED_LOG_0.v1-a";
  const message = await bed.core.nc.request(next, body, { timeout: limitMs + 500, noMux: true });
  assert.equal(message.headers?.code ?? 0, 0, `nothing came within ${limitMs} ms`);
  const tokens = message.reply?.split(".") ?? [];
  return { attempt: Number(tokens[4]), sequence: Number(tokens[5]) };
}

test("a node whose connection has ended and for whom nobody answers: what it held comes back, then it is declared dead", async (t) => {
  const { bed, version } = await start(t);
  let kept = 0;
  const lost = await nodeLink(bed, "n1");
  const other = await nodeLink(bed, "n2", () => [kept]);
  t.after(() => other.close());
  const stop = bed.beating({ node: "n1" });
  bed.beating({ node: "n2" });
  await areUp(bed, 2);
  await bed.submit(version);
  await bed.submit(version);
  const held = await take(bed, 3_000);
  kept = (await take(bed, 3_000)).sequence;
  stop();
  await lost.close();
  // ack_wait is 6 s, and silence alone says nothing here for two minutes.
  assert.deepEqual(await take(bed, 3_000), { sequence: held.sequence, attempt: 2 });
  await until("n1 dead", 15_000, async () => (await statusesOf(bed))["n1"] === "dead");
  assert.equal((await statusesOf(bed))["n2"], "up");
  const info = await bed.jetstream<{ num_redelivered: number }>("CONSUMER.INFO.BED_LOG_0.v1-a");
  assert.equal(info.num_redelivered, 1, "what n2 holds was left alone");
});

test("a node that is back in a moment, and one whose name somebody else used, are left alone", async (t) => {
  const { bed } = await start(t);
  const first = await nodeLink(bed, "n1");
  const witness = await nodeLink(bed, "n2");
  bed.beating({ node: "n1" });
  const stopWitness = bed.beating({ node: "n2" });
  await areUp(bed, 2);
  const again = await nodeLink(bed, "n1");
  t.after(() => again.close());
  await first.close();
  const liar = await openLink({ servers: bed.server.url, name: nodeLinkName("n1"), user: "client", logger });
  await liar.close();
  // The server tells of one ended connection after the other: once the witness is found gone, the others have been looked into.
  stopWitness();
  await witness.close();
  await until("n2 dead", 15_000, async () => (await statusesOf(bed))["n2"] === "dead");
  assert.deepEqual(await eventsOf(bed, "n1"), ["node.joining", "node.up"]);
});

test("a node that loses its connection and finds it again later is suspected, heard again, and suspected again the next time", async (t) => {
  const { bed, version } = await start(t, { goneAfterMs: 60_000 });
  const other = await nodeLink(bed, "n2");
  t.after(() => other.close());
  bed.beating({ node: "n2" });
  for (const attempt of [2, 3]) {
    const link = await nodeLink(bed, "n1");
    const stop = bed.beating({ node: "n1" });
    await areUp(bed, 2);
    if (attempt === 2) {
      await bed.submit(version);
      await take(bed, 3_000);
    }
    stop();
    await link.close();
    assert.equal((await take(bed, 3_000)).attempt, attempt, "given back each time");
  }
  const events = await eventsOf(bed, "n1");
  assert.deepEqual(events, ["node.joining", "node.up", "node.suspect", "node.up", "node.suspect"]);
});

test("a node that says goodbye is let go, not suspected", async (t) => {
  const { bed } = await start(t);
  const link = await nodeLink(bed, "n1");
  const stop = bed.beating({ node: "n1" });
  await areUp(bed, 1);
  stop();
  bed.beat({ node: "n1", isDraining: true, hasLeft: true });
  await bed.node.nc.flush();
  await link.close();
  await until("n1 left", 15_000, async () => (await statusesOf(bed))["n1"] === "left");
  assert.deepEqual(await eventsOf(bed, "n1"), ["node.joining", "node.up", "node.left"]);
});

test("a silent node that answers keeps what it holds", async (t) => {
  const { bed, version } = await start(t, { suspectAfterMs: 300, acceptedPauseMs: 0, deadAfterMs: 60_000 });
  let kept = 0;
  let asked = 0;
  const link = await nodeLink(bed, "n1", () => {
    asked++;
    return [kept];
  });
  t.after(() => link.close());
  const stop = bed.beating({ node: "n1" });
  await areUp(bed, 1);
  await bed.submit(version);
  kept = (await take(bed, 3_000)).sequence;
  stop();
  await until("n1 suspect", 20_000, async () => (await statusesOf(bed))["n1"] === "suspect");
  await until("n1 asked", 15_000, () => Promise.resolve(asked > 0));
  bed.beating({ node: "n1" });
  await areUp(bed, 1);
  const info = await bed.jetstream<{ num_redelivered: number; num_ack_pending: number }>(
    "CONSUMER.INFO.BED_LOG_0.v1-a",
  );
  assert.deepEqual([info.num_redelivered, info.num_ack_pending], [0, 1]);
});
