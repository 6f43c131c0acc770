/** Results too large for the task's log, as clients read them. No node runs: the test writes as a fake role. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { TaskView } from "@troupe/runtime";
import { type BlobRef, createBlobs, createPublisher, type Link } from "@troupe/runtime/internal";
import { type GatewayBed, startGatewayBed } from "../support/gateway-bed.ts";
import { plainRequest, plainStream } from "../support/plain-client.ts";

let bed: GatewayBed;
let client: Link;
let url = "";
before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1");
  url = (await bed.gateway()).url;
  client = await bed.client();
});
after(() => bed[Symbol.asyncDispose]());

/** A finished task with a result of so many letters, stored as a role stores it. */
async function finished(letters: number): Promise<{ readonly id: string; readonly ref: BlobRef }> {
  const { body } = await plainRequest(client, "demo.tasks.router.submit", "x");
  const publisher = createPublisher(bed.core);
  const blobs = createBlobs({ link: bed.core, publisher, subjects: bed.subjects });
  const ref = await blobs.put("developer", Buffer.from(JSON.stringify({ text: "r".repeat(letters) })));
  publisher.close();
  await bed.done(body.task_id, { result: { $blob: ref } });
  return { id: body.task_id, ref };
}

const overNats = async (id: string) => (await plainRequest(client, "demo.task.get", id)).body as unknown as TaskView;

test("over HTTP a large result is there in full", async () => {
  const { id } = await finished(3_000_000);
  const answer = await fetch(`${url}/api/v1/tasks/${id}`);
  const view = (await answer.json()) as { status: string; result: { text: string } };
  assert.deepEqual([answer.status, view.status, view.result.text.length], [200, "completed", 3_000_000]);
});

test("over NATS a result that fits into a message is there in full, a larger one is a reference", async () => {
  const fits = await finished(700_000);
  assert.equal((Object((await overNats(fits.id)).result) as { text: string }).text.length, 700_000);
  const large = await finished(3_000_000);
  assert.deepEqual((await overNats(large.id)).result, { $blob: large.ref });
});

test("the last event of a watch shows the result the same way", async () => {
  for (const letters of [700_000, 3_000_000]) {
    const { id, ref } = await finished(letters);
    const watched = plainStream(client, "demo.task.watch", id);
    await watched.ended;
    const last = watched.chunks.at(-1) as unknown as { task: TaskView };
    const expected = letters < 1_000_000 ? { text: "r".repeat(letters) } : { $blob: ref };
    assert.deepEqual(last.task.result, expected);
  }
});
