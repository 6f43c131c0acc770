import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "../errors.ts";
import { type LogLevel, parseLogLevels } from "./log-levels.ts";
import { createLogger } from "./logger.ts";

test("a text names one level for everything, and others for parts", () => {
  const cases: readonly (readonly [string | undefined, LogLevel, Readonly<Record<string, LogLevel>>])[] = [
    [undefined, "warn", {}],
    ["", "warn", {}],
    ["debug", "debug", {}],
    ["hop=debug", "warn", { hop: "debug" }],
    [" info , hop=debug,nats=silent ", "info", { hop: "debug", nats: "silent" }],
  ];
  for (const [text, level, parts] of cases) {
    const parsed = parseLogLevels(text, "warn");
    assert.deepEqual(
      { level: parsed.level, parts: Object.fromEntries(parsed.parts) },
      { level, parts },
      text ?? "nothing",
    );
  }
});

test("what is no level and no part is refused by name", () => {
  for (const [text, named] of [
    ["loud", /"loud" is no level; levels are debug/],
    ["hop=", /"" is no level/],
    ["hops=info", /"hops" is no part; parts are .*hop/],
  ] as const) {
    assert.throws(
      () => parseLogLevels(text, "info"),
      (error) => TroupeError.is(error, "invalid_config") && named.test(error.message),
      text,
    );
  }
});

test("a part has its own level, and so has everything below it", () => {
  const lines: { msg: string; part?: string }[] = [];
  const { level, parts } = parseLogLevels("warn,hop=debug,nats=silent", "info");
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as { msg: string }) };
  const logger = createLogger({ name: "host/a", level, parts, destination });
  logger.info("not told");
  const hop = logger.child({ part: "hop" });
  hop.debug("hop");
  hop.child({ task: "t" }).debug("handler");
  logger.child({ part: "nats" }).error("not told either");
  logger.child({ replica: "r" }).info("nor this");
  assert.deepEqual(
    lines.map(({ msg, part }) => [msg, part]),
    [
      ["hop", "hop"],
      ["handler", "hop"],
    ],
  );
});

test("a process is a part by the first word of its name", () => {
  const lines: string[] = [];
  const parts = new Map([["node", "debug" as const]]);
  const logger = createLogger({
    name: "node/web-1",
    level: "error",
    parts,
    destination: { write: (line: string) => void lines.push(line) },
  });
  logger.debug("told");
  assert.equal(lines.length, 1);
});
