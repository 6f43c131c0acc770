import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Sample, summarize } from "../../bench/measurement.ts";
import { parsePeerSettings } from "../../bench/peers/settings.ts";
import { peerTable } from "../../bench/peers/table.ts";
import { parseSettings } from "../../bench/settings.ts";
import { pairedRatios, quantile, spreadOf } from "../../bench/statistics.ts";
import { formatTables } from "../../bench/table.ts";

const sample = (variant: string, round: number, tasksPerSecond: number, p50Ms: number): Sample => ({
  variant,
  inFlight: 64,
  round,
  tasksPerSecond,
  p50Ms,
  p99Ms: p50Ms * 2,
  cpu: { server: 0.5 },
  rssBytes: { server: 1_048_576 },
  bytesPerTask: variant === "core" ? undefined : 4_000,
});

const settingsOf = (...args: string[]) => {
  const settings = parseSettings(args);
  assert.ok(settings !== "help");
  return settings;
};

describe("benchmark report", () => {
  it("takes quantiles by nearest rank, whatever the order", () => {
    assert.equal(quantile([5, 1, 4, 2, 3], 0.5), 3);
    assert.equal(quantile([1, 2, 3, 4], 0.5), 2);
    assert.equal(quantile([1, 2, 3, 4], 0.99), 4);
    assert.equal(quantile([7], 0), 7);
    assert.throws(() => quantile([], 0.5), RangeError);
    assert.deepEqual(spreadOf([3, 1, 2]), { median: 2, min: 1, max: 3 });
  });

  it("pairs ratios round by round, so that a slow round of the machine cancels out", () => {
    assert.deepEqual(pairedRatios([80, 40, 8], [100, 50, 10]), [0.8, 0.8, 0.8]);
    assert.throws(() => pairedRatios([1], [1, 2]), RangeError);
  });

  it("sums rounds up by variant, with ratios to the raw chain of the same round", () => {
    const settings = settingsOf("--only", "troupe", "--levels", "64", "--rounds", "2");
    const samples = [
      sample("troupe", 1, 400, 12),
      sample("raw", 0, 1_000, 5),
      sample("troupe", 0, 800, 6),
      sample("raw", 1, 500, 10),
    ];
    const [raw, troupe, ...more] = summarize(settings, samples);
    assert.deepEqual(more, []);
    assert.deepEqual(raw?.rateRatio, { median: 1, min: 1, max: 1 });
    assert.deepEqual(troupe?.tasksPerSecond, { median: 400, min: 400, max: 800 });
    assert.deepEqual(troupe?.rateRatio, { median: 0.8, min: 0.8, max: 0.8 });
    assert.deepEqual(troupe?.p50Ratio, { median: 1.2, min: 1.2, max: 1.2 });
    // Half a core for 800 tasks a second, and for 400; raw for 1,000 and for 500.
    assert.deepEqual(troupe?.cpuMicrosPerTask, { median: 625, min: 625, max: 1_250 });
    assert.deepEqual(troupe?.cpuRatio, { median: 1.25, min: 1.25, max: 1.25 });
    assert.equal(troupe?.bytesPerTask, 4_000);
    const table = formatTables([...(raw ? [raw] : []), ...(troupe ? [troupe] : [])]);
    assert.match(table, /### 64 tasks in flight/);
    assert.match(table, /Troupe, observer and events off \| 400 \[400–800\] \| 0\.80 \[0\.80–0\.80\]/);
  });

  it("always measures what the chosen variants are compared with, and nothing besides", () => {
    const chosen = (only: string) => settingsOf("--only", only).variants.map((v) => v.id);
    assert.deepEqual(chosen("core"), ["core", "raw"]);
    assert.deepEqual(chosen("troupe-fan-out"), ["raw-fan-out", "troupe-fan-out"]);
    assert.equal(settingsOf().rounds, 7);
    assert.equal(settingsOf("--quick").rounds, 2);
  });

  it("compares peers with Troupe round by round, and says why one was skipped", () => {
    const samples = [
      sample("troupe-start", 0, 1_000, 5),
      sample("bullmq", 1, 250, 20),
      sample("troupe-start", 1, 500, 10),
      sample("bullmq", 0, 500, 10),
    ];
    const contestants = [
      { id: "troupe-start", title: "Troupe", keeps: "all" },
      { id: "bullmq", title: "BullMQ", keeps: "jobs" },
    ];
    const table = peerTable(
      contestants,
      [{ id: "restate", title: "Restate", reason: "npm could\nnot | install it" }],
      samples,
    );
    const [, , ours, bullmq, restate] = table.split("\n");
    assert.match(ours ?? "", /^\| Troupe \| 500 \[500–1,000\] \| 1\.00 \|/);
    assert.match(bullmq ?? "", /^\| BullMQ \| 250 \[250–500\] \| 0\.50 \| 10 \[10–20\] \|.*\| jobs \|$/);
    assert.match(restate ?? "", /^\| Restate \| \*skipped\*: npm could not \/ install it \|/);
  });

  it("refuses what it cannot measure, and says why", () => {
    assert.throws(() => parseSettings(["--rounds", "0"]), /--rounds: "0" is not a whole number/);
    assert.throws(() => parseSettings(["--levels", "1,x"]), /--levels: "x"/);
    assert.throws(() => parseSettings(["--only", "redis"]), /no variant "redis"/);
    assert.throws(() => parseSettings(["--fast"]), TypeError);
    assert.throws(() => parsePeerSettings(["--only", "kafka"], ["bullmq"]), /no peer "kafka"/);
    assert.throws(() => parsePeerSettings(["--rounds", "x"], ["bullmq"]), /--rounds: "x" is not/);
    assert.equal(parseSettings(["--help"]), "help");
  });
});
