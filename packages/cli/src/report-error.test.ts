import assert from "node:assert/strict";
import { test } from "node:test";
import { ERRORS, type ErrorCode, TroupeError } from "@troupe/runtime";
import { errorLines, exitCodeOf, reportError } from "./report-error.ts";
import { createTerminal } from "./terminal.ts";

function streams(isJson: boolean) {
  const written = { stdout: "", stderr: "" };
  const terminal = createTerminal({
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    isJson,
    wantsColour: false,
  });
  return { terminal, written };
}

test("an error is told with its code and what to do next", () => {
  const { terminal, written } = streams(false);
  assert.equal(reportError(terminal, new TroupeError("unknown_node", "no node desk")), 1);
  assert.equal(written.stdout, "");
  assert.match(written.stderr, /^troupe: no node desk\n {2}code: unknown_node\n {2}next: .*troupe nodes/);
});

test("with --json the error is on standard output too, and what was thrown elsewhere gets a code", () => {
  const { terminal, written } = streams(true);
  assert.equal(reportError(terminal, new Error("boom")), 1);
  assert.deepEqual(JSON.parse(written.stdout), { error: { code: "invariant_violated", message: "boom" } });
});

test("every problem of a refused file is listed, once", () => {
  const problems = [{ path: "graph.a[0]", value: "x", reason: "no role has this name" }];
  const short = errorLines({ code: "invalid_config", message: "refused", details: { problems } });
  assert.equal(short[1], '  - graph.a[0]: no role has this name (got "x")');
  const long = errorLines({ code: "invalid_config", message: "refused\n  graph.a[0]: no role", details: { problems } });
  assert.equal(long.filter((line) => line.includes("graph.a[0]")).length, 1);
});

test("what the caller did wrong exits with 2, what cannot be reached with 3, everything else with 1", () => {
  const expected: Readonly<Partial<Record<ErrorCode, number>>> = {
    invalid_request: 2,
    invalid_id: 2,
    invalid_config: 2,
    unavailable: 3,
    no_system: 3,
    lease_lost: 3,
  };
  for (const code of Object.keys(ERRORS) as ErrorCode[]) assert.equal(exitCodeOf(code), expected[code] ?? 1, code);
});
