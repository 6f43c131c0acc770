/** Objectives on a real log: what ends is counted once, whoever leads, and alerts follow. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { jsonRecord, type ObjectiveReport, SloReport, type TaskId, type Version } from "@troupe/runtime/internal";
import { runCommand } from "../support/cli-in-process.ts";
import { until } from "../support/stack.ts";
import { MANIFEST, PASSPORT, SupervisorBed } from "../support/supervisor-bed.ts";

const SLOS = { latency: { targetMs: 60_000, alertMs: 60_000 }, errors: { target: 0.2, alertAbove: 0.4 } };
const WRITER = { node: "n1", incarnation: "i1", nonce: "x", claim: 0, segment: 0 };
let bed: SupervisorBed;
let version: Version;

before(async () => {
  bed = await SupervisorBed.start();
  await bed.supervisor();
  version = await bed.deploy({ ...MANIFEST, slos: SLOS });
});
after(() => bed[Symbol.asyncDispose]());

/** A task that a role completes, after a model call that cost something. */
async function completed(costMicros: number): Promise<TaskId> {
  const task = await bed.submit(version);
  const usage = { inputTokens: 1, outputTokens: 1, costMicros };
  const step = bed.subjects.record(task, await bed.firstHop(task, version), "a", {
    class: "s",
    kind: "step",
    to: "1",
  });
  const body = { name: "model:fast", value: { model: "m" } };
  assert.equal(
    (await bed.log.append(jsonRecord(step, { writer: WRITER, passport: PASSPORT, usage }, body))).kind,
    "stored",
  );
  const done = jsonRecord(bed.subjects.done(task), { writer: WRITER }, { status: "completed", by: "b", result: 1 });
  assert.equal((await bed.log.append(done)).kind, "stored");
  return task;
}

async function failed(status: "failed" | "cancelled", code = "tool_failed"): Promise<void> {
  const task = await bed.submit(version);
  const error = status === "failed" ? { error: { code, message: "no" } } : {};
  await bed.append(task, bed.subjects.done(task), { status, by: "supervisor", ...error });
}

async function objective(name: ObjectiveReport["name"]): Promise<ObjectiveReport> {
  const report = SloReport.parse(await bed.ask("slo"));
  return report.objectives.find((one) => one.name === name) ?? assert.fail(`no ${name}`);
}
const counts = (name: ObjectiveReport["name"], tasks: number) =>
  until(`${tasks} tasks for ${name}`, 15_000, async () => {
    const found = await objective(name);
    assert.equal(found.tasks, tasks);
    return true;
  });

test("completed, failed and cancelled tasks are counted as what they are", async () => {
  for (let i = 0; i < 6; i++) await completed(40_000);
  await failed("failed");
  await failed("failed", "model_unavailable");
  await failed("cancelled");
  await counts("errors", 8);
  const [errors, availability, latency] = await Promise.all([
    objective("errors"),
    objective("availability"),
    objective("latency"),
  ]);
  assert.deepEqual([errors.value, errors.status, errors.target], [0.25, "missed", 0.2]);
  assert.equal(availability.value, 0.875);
  assert.deepEqual([latency.tasks, latency.status], [6, "met"]);
});

test("what model calls cost is counted where the file has objectives", async () => {
  await until("the cost", 10_000, async () => (await objective("cost")).value === 0.03);
});

const health = () => bed.ask<{ alerts: { name: string; text: string }[]; reasons: string[] }>("health");

test("an alert fires for what is beyond its threshold, and is no reason for the cluster's health", async () => {
  for (let i = 0; i < 4; i++) await failed("failed");
  await counts("errors", 12);
  await until("the alert", 10_000, async () => (await health()).alerts.some(({ name }) => name === "slo_missed"));
  const { alerts, reasons } = await health();
  assert.ok(
    alerts.some(({ text }) => text.startsWith("errors is 50.00 % over 24 h")),
    JSON.stringify(alerts),
  );
  assert.ok(!reasons.some((reason) => reason.startsWith("errors is")));
});

test("the next leader knows what the first one counted, reads the log again and counts nothing twice", async () => {
  const next = await bed.supervisor({}, "s2");
  await bed.supervisors[0]?.stop();
  await until("s2 leads", 15_000, async () => next.isLeading);
  await completed(40_000);
  await counts("errors", 13);
  assert.equal((await objective("errors")).value, Math.round((6 / 13) * 1e6) / 1e6);
  await until("the cost", 10_000, async () => (await objective("cost")).value === Math.round((0.28 / 13) * 1e6) / 1e6);
});

test("anonymous clients may not ask, and the command line shows the report", async () => {
  await assert.rejects(bed.ask("slo", {}, bed.client));
  const reach = ["--nats", bed.server.url, "--system", "bed", "--keys", join(bed.server.storeDir, "keys.json")];
  const shown = await runCommand(["slo", ...reach]);
  assert.equal(shown.code, 0, shown.stderr);
  assert.match(shown.stdout, /errors +alarming +46\.15 % +20\.00 % +40\.00 % +1 d +13/);
  const { code, stdout } = await runCommand(["slo", "report", "--json", ...reach]);
  assert.equal(code, 0);
  assert.equal(SloReport.parse(JSON.parse(stdout)).objectives.length, 4);
});
