import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createJetStreamLog, createPublisher, ensureResources, type Link, Subjects } from "@troupe/runtime/internal";
import { raceOnce } from "../support/hop-race.ts";
import { NatsCluster } from "../support/nats-cluster.ts";

const RACES = 450;
const AT_ONCE = 6;

/** Makes the log's leader step down every second until the signal aborts. */
async function unsettle(link: Link, stream: string, signal: AbortSignal): Promise<number> {
  let changes = 0;
  while (!signal.aborted) {
    await sleep(1_000);
    const answer = await link.nc
      .request(`$JS.API.STREAM.LEADER.STEPDOWN.${stream}`, "", { timeout: 2_000 })
      .then((message) => message.json<{ success?: boolean }>())
      .catch(() => ({ success: false }));
    if (answer.success === true) changes++;
  }
  return changes;
}

test("rivals on a replicated log commit once each, while its leader changes every second and a server is killed", {
  timeout: 240_000,
}, async (t) => {
  await using cluster = await NatsCluster.start();
  const link = await cluster.link();
  const control = await cluster.link("control");
  const publisher = createPublisher(link);
  const subjects = new Subjects("race");
  await ensureResources(link, { subjects, replicas: 3 });
  const log = createJetStreamLog({ link, publisher, subjects });
  const stop = new AbortController();
  const unsettled = unsettle(control, subjects.logStream(0), stop.signal);
  let started = 0;
  let claims = 0;
  let drops = 0;
  const racer = async () => {
    while (started < RACES) {
      const number = started++;
      const report = await raceOnce({ log, link, subjects, rivals: 3 });
      assert.deepEqual(report.violations, [], `race ${number}`);
      claims += report.claims;
      drops += report.drops;
      if (number === RACES / 3) await cluster.kill(0);
      if (number === (2 * RACES) / 3) await cluster.restart(0);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, racer));
  } finally {
    stop.abort();
    await unsettled;
    publisher.close();
    await link.close();
    await control.close();
  }
  const changes = await unsettled;
  t.diagnostic(`${RACES} races, ${claims} claims, ${drops} drops, ${changes} leader changes`);
  assert.ok(claims > 0 && changes > 0, "nothing was disturbed");
});
