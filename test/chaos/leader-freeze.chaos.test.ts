import assert from "node:assert/strict";
import { it } from "node:test";
import { setTimeout as timer } from "node:timers/promises";
import { directGetBatch, type Link, StoredControlEvent, type Subjects } from "@troupe/runtime/internal";
import { z } from "zod";
import { Supervisors } from "../../bench/failover/supervisors.ts";
import { violationsOf } from "../support/invariants.ts";
import { readHistory } from "../support/read-history.ts";
import { RELAY_FILE } from "../support/relay-file.ts";
import { relayLoad } from "../support/relay-load.ts";
import { Stack, until } from "../support/stack.ts";

/** How long a leader believes in its lease after it was renewed; shorter and longer than that. */
const LEASE_MS = 12_000;
const FREEZES_MS = [8_000, 20_000];
const ANSWERS = 50;
const GIVEN_UP = "leads no more";

const Health = z.object({ supervisor: z.object({ id: z.string(), epoch: z.int() }) });
const Event = StoredControlEvent.extend({ supervisor: z.string(), epoch: z.int() });

/** What the leaders noticed and decided, in the order in which it was stored. */
async function eventsOf(core: Link, subjects: Subjects): Promise<readonly z.infer<typeof Event>[]> {
  const events: z.infer<typeof Event>[] = [];
  for await (const { body, sequence } of directGetBatch(core, subjects.stream("CONTROL"), {
    filter: `${subjects.system}.>`,
  })) {
    const event = Event.safeParse(Object.assign(JSON.parse(Buffer.from(body).toString()) as object, { sequence }));
    if (event.success) events.push(event.data);
  }
  return events;
}

it("the leading supervisor frozen for 8 s and for 20 s while a node dies, then let go: nothing that it decides counts any more", {
  timeout: 300_000,
}, async (t) => {
  await using stack = await Stack.start({ system: "frozen", nodes: 3, systemFile: RELAY_FILE });
  const { core, client, subjects, nodes } = stack;
  await stack.supervisor.stop();
  await using supervisors = await Supervisors.open(stack, []);
  const leader = async () => {
    const answer = await client.nc.request(subjects.supervisor("health"), "", { timeout: 1_000 });
    return Health.parse(answer.json()).supervisor;
  };
  await using load = await relayLoad(stack, 16, 30);
  load.start();
  const takeOversMs: number[] = [];
  for (const [round, frozenMs] of FREEZES_MS.entries()) {
    const old = await leader();
    const frozenAtMs = performance.now();
    supervisors.signal(old.id, "SIGSTOP");
    await until("another leader", 30_000, async () => (await leader()).id !== old.id);
    takeOversMs.push(Math.round(performance.now() - frozenAtMs));
    const next = await leader();
    assert.ok(next.epoch > old.epoch);
    // What the frozen one knows of the cluster is wrong by now.
    const node = nodes[round];
    assert.ok(node);
    const life = await stack.lifeOf(node.name);
    await node.killGroup();
    node.start();
    await stack.isBack(node.name, life);
    await timer(Math.max(0, frozenMs - (performance.now() - frozenAtMs)));
    supervisors.signal(old.id, "SIGCONT");
    // One that wakes up within its lease asks for it before it knows.
    const isUnaware = frozenMs < LEASE_MS;
    if (isUnaware) await until("the old leader to stand by", 30_000, async () => supervisors.hasSaid(old.id, GIVEN_UP));
    for (let i = 0; i < ANSWERS; i++) {
      assert.deepEqual(await leader(), next, supervisors.logs());
      await timer(50);
    }
    assert.ok(supervisors.hasSaid(old.id, GIVEN_UP), supervisors.logs());
    await stack.isWhole();
  }
  await load.drain(30_000);
  const { history } = await readHistory(core, subjects);
  const violations = violationsOf(history, load.accepted);
  assert.deepEqual(violations.slice(0, 10), [], `${violations.length} violations\n${stack.logs()}`);
  let events: Awaited<ReturnType<typeof eventsOf>> = [];
  await until("the events", 60_000, async () => (events = await eventsOf(core, subjects)).length > 0);
  const late = events.filter(({ epoch }, i) => events.slice(0, i).some((before) => before.epoch > epoch));
  t.diagnostic(JSON.stringify({ tasks: load.accepted.length, takeOversMs, events: events.length, late: late.length }));
  assert.deepEqual(late, [], `decided in a term that was over\n${supervisors.logs()}`);
  assert.ok(events.length > 10, `only ${events.length} events: the run proves nothing`);
});
