import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isSyncedBeside, judgeCopies, judgeRoom } from "./store-checks.ts";
import { StreamInfo } from "./stream-info.ts";

interface Given {
  readonly copies?: number;
  readonly behind?: Readonly<Record<string, { readonly current: boolean; readonly offline?: boolean }>>;
  readonly bytes?: number;
  readonly maxBytes?: number;
  readonly discard?: "new" | "old";
}

const stream = ({ copies = 3, behind = {}, bytes = 0, maxBytes = -1, discard = "new" }: Given) =>
  StreamInfo.parse({
    ts: "2026-11-21T16:00:00Z",
    config: { name: "T_LOG_0", num_replicas: copies, max_bytes: maxBytes, discard },
    state: { messages: 1, bytes },
    cluster: { replicas: Object.entries(behind).map(([name, state]) => ({ name, ...state })) },
  });

const at = (isProduction: boolean, isSynced?: boolean) => ({ isProduction, isSynced });

test("one copy is fine for development and a warning in production, three current ones are fine everywhere", () => {
  const one = [stream({ copies: 1 }), stream({ copies: 3 })];
  assert.equal(judgeCopies(one, at(false)).status, "ok");
  const found = judgeCopies(one, at(true));
  assert.equal(found.status, "warning");
  assert.match("remedy" in found ? found.remedy : "", /--replicas 3/);
  assert.equal(judgeCopies([stream({})], at(true)).status, "ok");
});

test("a copy that is offline or behind has failed, and is named", () => {
  for (const state of [{ current: false }, { current: true, offline: true }]) {
    const found = judgeCopies([stream({ behind: { "nats-2": state, "nats-3": { current: true } } })], at(false));
    assert.equal(found.status, "failed");
    assert.match(found.text, /T_LOG_0 on nats-2/);
    assert.doesNotMatch(found.text, /nats-3/);
  }
});

test("a stream that refuses what does not fit warns at 80 % and fails at 95 %; one that drops its oldest may be full", () => {
  const filled = (share: number) => judgeRoom([stream({ bytes: share * 1_000, maxBytes: 1_000 })]).status;
  assert.deepEqual([0.5, 0.8, 0.95].map(filled), ["ok", "warning", "failed"]);
  assert.equal(judgeRoom([stream({ bytes: 1_000, maxBytes: 1_000, discard: "old" })]).status, "ok");
  assert.equal(judgeRoom([stream({ bytes: 1_000 })]).status, "ok");
});

test("one copy that is synced is fine in production; whether it is says the configuration beside the keys", async (t) => {
  assert.equal(judgeCopies([stream({ copies: 1 })], at(true, true)).status, "ok");
  assert.equal(judgeCopies([stream({ copies: 1 })], at(true, false)).status, "warning");
  const folder = await mkdtemp(join(tmpdir(), "troupe-sync-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const keys = join(folder, "keys.json");
  assert.equal(await isSyncedBeside(keys), undefined);
  for (const [line, expected] of [
    ["sync_interval: always", true],
    ["sync_interval: 2m", false],
  ] as const) {
    await writeFile(join(folder, "nats-server.conf"), `jetstream {\n  ${line}\n}\n`);
    assert.equal(await isSyncedBeside(keys), expected, line);
  }
});
