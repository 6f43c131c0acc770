import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { startOfflineModel } from "@troupe/agents";
import { connectTroupe } from "@troupe/runtime";
import { Stack } from "../support/stack.ts";

/** Where the host of each role is killed, once. A claim is only made once somebody else was killed before. */
const KILLS: Readonly<Record<string, readonly string[]>> = {
  "ask-effect": ["after-effect"],
  "ask-step": ["after-step"],
  "ask-commit": ["before-commit"],
  "ask-committed": ["after-commit"],
  "ask-ack": ["before-ack"],
  "ask-claim": ["after-step", "after-claim"],
  "ring-begin": ["after-begin"],
  "ring-effect": ["after-effect"],
  "ring-step": ["after-step"],
  "note-effect": ["after-effect"],
};

/** An HTTP server that only writes down who rang. */
async function bell() {
  const rung: string[] = [];
  const server = createServer((request, response) => {
    rung.push(String(request.headers["idempotency-key"]));
    response.end("rung");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, rung, close: () => server.close() };
}

it("a host killed around an effect: a model is asked once, twice only between answer and record; what must not be repeated is not", {
  timeout: 120_000,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "troupe-effect-kill-"));
  t.after(() => rm(folder, { recursive: true }));
  const model = await startOfflineModel();
  t.after(() => model.close());
  const rings = await bell();
  t.after(() => rings.close());
  const fileOf = (role: string, place: string) => join(folder, `${role}.${place}`);
  process.env["TROUPE_MODEL_MODE"] = "offline";
  process.env["TROUPE_OFFLINE_URL"] = model.url;
  process.env["TROUPE_FAILPOINTS"] = Object.entries(KILLS)
    .flatMap(([role, places]) => places.map((place) => `${role}:${place}:${fileOf(role, place)}`))
    .join(",");
  await using stack = await Stack.start({
    system: "killed",
    nodes: 2,
    systemFile: fileURLToPath(new URL("../support/killed-system.ts", import.meta.url)),
  });
  const client = await connectTroupe({ url: stack.server.url, system: stack.subjects.system });
  t.after(() => client.close());

  const ends = new Map<string, { status: string; code: string | undefined; asked: number; rung: readonly string[] }>();
  for (const role of Object.keys(KILLS)) {
    const before = { asked: model.requestCount, rung: rings.rung.length };
    const { task_id } = await client.submit(role, rings.url);
    const view = await client.result(task_id, { signal: AbortSignal.timeout(30_000) });
    const asked = model.requestCount - before.asked;
    ends.set(role, { status: view.status, code: view.error?.code, asked, rung: rings.rung.slice(before.rung) });
  }
  const died = new Set(await readdir(folder));
  for (const [role, places] of Object.entries(KILLS))
    for (const place of places) assert.ok(died.has(`${role}.${place}`), `no host was killed at ${role} ${place}`);

  const of = (role: string) => ends.get(role) ?? assert.fail(role);
  for (const role of Object.keys(KILLS).filter((name) => name.startsWith("ask-"))) {
    assert.deepEqual([role, of(role).status, of(role).asked], [role, "completed", role === "ask-effect" ? 2 : 1]);
  }
  const { requests } = model;
  assert.equal(
    requests[0]?.idempotencyKey,
    requests[1]?.idempotencyKey,
    "the second question has the key of the first",
  );

  assert.deepEqual([of("ring-begin").code, of("ring-begin").rung.length], ["effect_in_doubt", 0]);
  assert.deepEqual([of("ring-effect").code, of("ring-effect").rung.length], ["effect_in_doubt", 1]);
  assert.deepEqual([of("ring-step").status, of("ring-step").rung.length], ["completed", 1]);
  assert.equal(of("note-effect").status, "completed");
  assert.equal(of("note-effect").rung.length, 2);
  assert.equal(new Set(of("note-effect").rung).size, 1, "the repeated effect bears the same key");
});
