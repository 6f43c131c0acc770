import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeCopies, judgeRoom } from "./store-checks.ts";
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

test("one copy is fine for development and a warning in production, three current ones are fine everywhere", () => {
  const one = [stream({ copies: 1 }), stream({ copies: 3 })];
  assert.equal(judgeCopies(one, false).status, "ok");
  const found = judgeCopies(one, true);
  assert.equal(found.status, "warning");
  assert.match("remedy" in found ? found.remedy : "", /--replicas 3/);
  assert.equal(judgeCopies([stream({})], true).status, "ok");
});

test("a copy that is offline or behind has failed, and is named", () => {
  for (const state of [{ current: false }, { current: true, offline: true }]) {
    const found = judgeCopies([stream({ behind: { "nats-2": state, "nats-3": { current: true } } })], false);
    assert.equal(found.status, "failed");
    assert.match(found.text, /T_LOG_0 on nats-2/);
    assert.doesNotMatch(found.text, /nats-3/);
  }
});

test("a stream that refuses what does not fit warns at 80 % and fails at 95 %; one that drops its oldest may be full", () => {
  const at = (share: number) => judgeRoom([stream({ bytes: share * 1_000, maxBytes: 1_000 })]).status;
  assert.deepEqual([0.5, 0.8, 0.95].map(at), ["ok", "warning", "failed"]);
  assert.equal(judgeRoom([stream({ bytes: 1_000, maxBytes: 1_000, discard: "old" })]).status, "ok");
  assert.equal(judgeRoom([stream({ bytes: 1_000 })]).status, "ok");
});
