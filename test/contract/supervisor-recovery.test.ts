/** The recovery ladder on a real store: nodes that the test plays report failures, the supervisor answers in its placement. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  type ActorFailure,
  directGetBatch,
  NodePlacement,
  type ReportedFailure,
  StoredControlEvent,
} from "@troupe/runtime/internal";
import { until } from "../support/stack.ts";
import { deployRequest, MANIFEST, SupervisorBed } from "../support/supervisor-bed.ts";

const ACTOR = "v1/b/0";
const LADDER = { windowMs: 60_000, recurring: 3, trialAfterMs: [400, 60_000], trialMs: 300 };
const SETTINGS = { ladder: LADDER, rebalanceAfterMs: 60_000, letGoMs: 200 };

let bed: SupervisorBed;
before(async () => {
  bed = await SupervisorBed.start();
});
after(() => bed[Symbol.asyncDispose]());

type Entry = NodePlacement["replicas"][number] & { readonly node: string };

/** Where the rows want the actor; more than one while it changes nodes. */
async function entries(): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  for (const node of ["n1", "n2"]) {
    const subject = `$JS.API.DIRECT.GET.KV_bed-placement.${bed.subjects.row("placement", node)}`;
    const stored = await bed.core.nc.request(subject, "");
    if (stored.data.length === 0) continue;
    const row = NodePlacement.parse(stored.json());
    found.push(
      ...row.replicas
        .filter(({ version, role, index }) => `${version}/${role}/${index}` === ACTOR)
        .map((entry) => ({ ...entry, node })),
    );
  }
  return found;
}

/** Its entry, unless it is in none or in two. */
async function only(): Promise<Entry | undefined> {
  const found = await entries();
  return found.length === 1 ? found[0] : undefined;
}

/** Plays two nodes that run whatever their rows say, and report these failures. */
function nodes() {
  const failures = new Map<string, ReportedFailure[]>();
  const timer = setInterval(() => void beat(), 50);
  async function beat() {
    const placed = await entries();
    for (const node of ["n1", "n2"]) {
      const actors = placed
        .filter((entry) => entry.node === node)
        .map(({ generation = 0, isStandby = false }) => ({
          id: ACTOR,
          epoch: 1,
          generation,
          state: "available" as const,
          isTaking: !isStandby,
          inFlight: 0,
          done: 0,
          failed: 0,
          meanMs: 0,
        }));
      bed.beat({ node, actors, ...(failures.has(node) ? { failures: failures.get(node) } : {}) });
    }
  }
  const fail = (node: string, failure: Partial<ActorFailure> & { generation?: number }) => {
    const known = failures.get(node) ?? [];
    const next = {
      actor: ACTOR,
      kind: "stuck" as const,
      reason: "no token",
      generation: 0,
      agoMs: 0,
      number: known.length + 1,
    };
    failures.set(node, [...known, { ...next, ...failure }]);
  };
  return { fail, stop: () => clearInterval(timer) };
}

/** What happened to the actor, in order. */
async function eventNames(): Promise<readonly string[]> {
  const names: string[] = [];
  const query = { filter: bed.subjects.controlEvent("actor.*"), from: 1 };
  for await (const { body } of directGetBatch(bed.core, bed.subjects.stream("CONTROL"), query)) {
    const { name, about } = StoredControlEvent.parse({ ...JSON.parse(Buffer.from(body).toString()), sequence: 1 });
    if (about === ACTOR) names.push(name);
  }
  return names;
}

test("an actor that goes on failing is replaced, migrated, quarantined and tried again; a new leader goes on from there", async (t) => {
  const first = await bed.supervisor(SETTINGS, "s1");
  const played = nodes();
  t.after(() => played.stop());
  await bed.ask("deploy", deployRequest(MANIFEST));
  let home = "";
  await until("the actor is placed", 10_000, async () => (home = (await only())?.node ?? "") !== "");

  played.fail(home, {});
  played.fail(home, { message: "BED_LOG_0/7" });
  played.fail(home, { message: "BED_LOG_0/7" });
  await until("it is replaced on its node", 15_000, async () => {
    const entry = await only();
    return entry?.node === home && entry.generation === 1 && entry.isAlone === true;
  });

  played.fail(home, { generation: 1 });
  await until("it runs on the other node", 10_000, async () => {
    const entry = await only();
    return entry !== undefined && entry.node !== home && entry.generation === 2;
  });
  const away = (await only())?.node ?? "";

  await first.stop();
  await bed.supervisor(SETTINGS, "s2");
  played.fail(away, { generation: 2 });
  await until("it runs nowhere", 15_000, async () => (await entries()).length === 0);
  const { actors } = await bed.ask<{ actors: readonly { id: string; state: string; reason?: string }[] }>("actors");
  const quarantined = actors.find(({ id }) => id === ACTOR);
  assert.equal(quarantined?.state, "quarantined");
  assert.match(quarantined?.reason ?? "", /next trial .* failed 4 times within an hour, last: no token/);

  await until("it is tried again", 15_000, async () => (await only())?.generation === 3);
  await until("it has passed its trial", 15_000, async () => (await eventNames()).includes("actor.recovered"));
  assert.deepEqual(await eventNames(), [
    "actor.restarted",
    "actor.replaced",
    "actor.migrated",
    "actor.quarantined",
    "actor.trial",
    "actor.recovered",
  ]);

  const again = (await only())?.node ?? "";
  played.fail(again, { generation: 3 });
  await until("it is quarantined again", 15_000, async () => (await entries()).length === 0);
  await bed.ask("restart", { target: "b/0" });
  await until("an operator's start releases it", 15_000, async () => (await only())?.generation === 1);
  assert.equal((await eventNames()).at(-1), "actor.released");
});
