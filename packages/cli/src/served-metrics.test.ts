import assert from "node:assert/strict";
import { test } from "node:test";
import { createLogger, Metrics } from "@troupe/runtime/internal";
import { ManualClock } from "@troupe/runtime/internal-testing";
import { served } from "./served-metrics.ts";

const make = () =>
  Object.assign(new Metrics(["troupe_nodes", "troupe_hop_duration_seconds"]), { close: () => undefined });

test("at level debug figures are lines of the log, once a minute, until they are closed", async () => {
  const { promise: told, resolve } = Promise.withResolvers<void>();
  const lines: Record<string, unknown>[] = [];
  const destination = {
    write: (text: string) => {
      const line = JSON.parse(text) as Record<string, unknown>;
      if (line["event"] !== "metric") return;
      lines.push(line);
      if (line["metric"] === "troupe_hop_duration_seconds_count") resolve();
    },
  };
  const logger = createLogger({ name: "node/a", level: "debug", destination });
  const clock = new ManualClock();
  const figures = await served("127.0.0.1:0", make, { clock, logger });
  assert.ok(figures);
  figures.metrics.set("troupe_nodes", { status: "up" }, 2);
  figures.metrics.observe("troupe_hop_duration_seconds", { role: "a" }, 0.5);
  await clock.advance(60_000);
  await told;
  await figures.close();
  const own = lines.map(({ event, metric, labels, value }) => ({ event, metric, labels, value }));
  assert.deepEqual(own, [
    { event: "metric", metric: "troupe_nodes", labels: { status: "up" }, value: 2 },
    { event: "metric", metric: "troupe_hop_duration_seconds_sum", labels: { role: "a" }, value: 0.5 },
    { event: "metric", metric: "troupe_hop_duration_seconds_count", labels: { role: "a" }, value: 1 },
  ]);
  assert.equal(await served("", make, { clock, logger }), undefined);
});
