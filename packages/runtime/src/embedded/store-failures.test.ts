import assert from "node:assert/strict";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "../clock.ts";
import { createLogger } from "../telemetry/logger.ts";
import { mendStoreFailures, storeFailureIn } from "./store-failures.ts";

const line = (pid: number) =>
  `[${pid}] 2026/11/21 17:14:33.503741 [ERR] JetStream stream 'CORE > CHAOS_LOG_0' critical write error: write /x/1.blk: no space left on device`;

test("only the line of a stream that cannot be written is one", () => {
  assert.deepEqual(storeFailureIn(line(7)), {
    pid: 7,
    stream: "CHAOS_LOG_0",
    reason: "write /x/1.blk: no space left on device",
  });
  const others = [
    "[7] 2026/11/21 17:14:03.900293 [INF] Starting JetStream",
    "[7] 2026/11/21 17:14:34.978782 [ERR] JetStream failed to store a msg on stream 'CORE > CHAOS_LOG_0': write /x: no space left on device",
    `[7] 2026/11/21 17:14:33 [ERR] 127.0.0.1:1 - cid:9 - "JetStream stream 'A > B' critical write error: " - Publish Violation`,
  ];
  for (const other of others) assert.equal(storeFailureIn(other), undefined, other);
});

test("a server that cannot write is started again; one that failed before it was is left alone", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "troupe-store-failures-"));
  t.after(() => rm(folder, { recursive: true }));
  const logFile = join(folder, "log");
  await writeFile(logFile, `${line(1)}\n`);
  let pid = 2;
  const restarted = Promise.withResolvers<number>();
  const ended = new AbortController();
  const mending = mendStoreFailures({
    logFile,
    storeDir: folder,
    pid: () => pid,
    restart: async () => restarted.resolve(pid++),
    clock: systemClock,
    logger: createLogger({ name: "test", level: "silent" }),
    signal: ended.signal,
  });
  await appendFile(logFile, `${line(2)}\n`);
  assert.equal(await restarted.promise, 2);
  ended.abort();
  await mending;
  assert.equal(pid, 3, "once");
});
