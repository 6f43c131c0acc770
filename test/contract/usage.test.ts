/** Usage out of a real log and a real archive: every recorded call once, wherever its task is. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  createJetStreamLog,
  createPublisher,
  type HopId,
  headersOfPackedPart,
  packTask,
  readTaskRecords,
  type TaskId,
  USAGE_HEADER,
  usageHeader,
  usageOfTask,
} from "@troupe/runtime/internal";
import { readUsage } from "@troupe/supervisor/internal";
import { TestCluster } from "../support/cluster.ts";

const SYSTEM = fileURLToPath(new URL("../support/asking-system.ts", import.meta.url));
const HOP = "00000000000000000000000001" as HopId;

let cluster: TestCluster;
before(async () => {
  cluster = await TestCluster.start();
  await cluster.deploy("v1", SYSTEM);
});
after(() => cluster.stop());

async function recordStep(task: TaskId, number: number): Promise<void> {
  const publisher = createPublisher(cluster.core);
  const log = createJetStreamLog({ link: cluster.core, publisher, subjects: cluster.subjects });
  const outcome = await log.append({
    subject: cluster.subjects.record(task, HOP, "a", { class: "s", kind: "step", to: String(number) }),
    header: { usage: { inputTokens: 10, outputTokens: 5, costMicros: 7 } },
    encoding: "json",
    body: Buffer.from(JSON.stringify({ name: "model:fast", value: { model: "gpt", content: "…" } })),
  });
  assert.equal(outcome.kind, "stored");
  publisher.close();
}

const lines = () => readUsage({ link: cluster.core, subjects: cluster.subjects, shards: 1 });
const callsOf = async () => (await lines()).reduce((sum, { calls }) => sum + calls, 0);

test("a system that called no model has no usage", async () => {
  await cluster.submit("v1", "a", 1);
  assert.deepEqual(await lines(), []);
});

test("calls count once in the log, in the archive, and while their task is in both", async () => {
  const task = await cluster.submit("v1", "a", 1);
  await recordStep(task, 1);
  await recordStep(task, 2);
  const [first] = await lines();
  const day = new Date().toISOString().slice(0, 10);
  assert.deepEqual(
    { ...first, day },
    {
      tenant: "test",
      user: "",
      role: "a",
      model: "gpt",
      day,
      calls: 1,
      cached_calls: 0,
      input_tokens: 10,
      output_tokens: 5,
      cost_micros: 7,
      saved_micros: 0,
    },
  );
  assert.equal(await callsOf(), 2);
  const stored = await cluster.storedRecords(task);
  const usage = usageHeader(usageOfTask(readTaskRecords(cluster.subjects, stored)));
  const [part] = packTask(stored);
  assert.ok(part && usage);
  const publisher = createPublisher(cluster.core);
  const headers = { ...headersOfPackedPart(1), [USAGE_HEADER]: usage };
  const outcome = await publisher.publish(cluster.subjects.archive(task, 0), part, headers);
  publisher.close();
  assert.equal(outcome.kind, "stored");
  assert.equal(await callsOf(), 2);
});
