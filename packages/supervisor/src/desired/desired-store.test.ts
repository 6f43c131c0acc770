import assert from "node:assert/strict";
import { test } from "node:test";
import { createLogger, Subjects, seededRandom } from "@troupe/runtime/internal";
import { SimProcess, SimRows, SimTime } from "@troupe/runtime/internal-testing";
import { DesiredStore } from "./desired-store.ts";

const desired = (current: string) => ({ v: 1 as const, current, draining: [], paused: [], replicas: {} });

test("what was made the desired state stays it, though every copy of the store that is read is behind", async () => {
  const time = new SimTime();
  const rows = new SimRows(time, seededRandom(1), () => undefined);
  const process = new SimProcess("s1", time);
  const logger = createLogger({ name: "test", level: "silent" });
  const { clock } = process;
  const store = new DesiredStore({ link: rows.reachedBy(process), subjects: new Subjects("desk"), logger, clock });
  const seen: (string | undefined)[] = [];
  const changes = (async () => {
    for (const version of ["v1", "v2", "v3"]) {
      rows.wire.network = { lostRate: 0, staleRate: version === "v1" ? 0 : 1 };
      await store.replace(desired(version), store.view.revision);
      seen.push(store.view.desired?.current, (await store.refresh()).desired?.current);
    }
    await assert.rejects(store.replace(desired("v4"), 1), { code: "conflict" });
    rows.wire.network = { lostRate: 0, staleRate: 0 };
    seen.push((await store.refresh()).desired?.current);
  })();
  await time.run(60_000);
  await changes;
  assert.deepEqual(seen, ["v1", "v1", "v2", "v2", "v3", "v3", "v3"]);
});
