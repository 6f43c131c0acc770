import assert from "node:assert/strict";
import { test } from "node:test";
import { createLogger } from "./logger.ts";

function capture(level: "debug" | "info" | "silent") {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({
    name: "node/a",
    level,
    destination: { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) },
  });
  return { logger, lines };
}

test("a line is one JSON object with name, level as a word, ISO time and the fields", () => {
  const { logger, lines } = capture("info");
  logger.warn({ task: "0-v1-x" }, "late");
  assert.equal(lines.length, 1);
  const [line] = lines;
  assert.equal(line?.["name"], "node/a");
  assert.equal(line?.["level"], "warn");
  assert.equal(line?.["task"], "0-v1-x");
  assert.equal(line?.["msg"], "late");
  assert.match(String(line?.["time"]), /^\d{4}-\d\d-\d\dT/);
});

test("values under the names of secrets are redacted, at the top and one level down", () => {
  const { logger, lines } = capture("info");
  logger.info({ seed: "SUABC", options: { apiKey: "sk-1", password: "p" } }, "start");
  const text = JSON.stringify(lines);
  for (const secret of ["SUABC", "sk-1", '"p"']) assert.ok(!text.includes(secret), `${secret} is in ${text}`);
});

test("a level below the one asked for writes nothing", () => {
  const { logger, lines } = capture("info");
  logger.debug("x");
  assert.equal(lines.length, 0);
});
