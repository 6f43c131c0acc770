/**
 * A2A's conformance kit against the agent of examples/a2a/conformance.ts, in real processes (R-GW-2). The kit is in no registry: it is
 * fetched with git, or taken from a copy of that revision that `A2A_TCK_DIR` names.
 */
import assert from "node:assert/strict";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { Stack } from "../support/stack.ts";
import { canGoOn, pythonEnvironment } from "./python-environment.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { runTool } from "./tool.ts";
import { uniqueMessages } from "./unique-messages.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const KIT = "https://github.com/a2aproject/a2a-tck";
/** Of its branch 1.0-dev, for A2A 1.0. */
const REVISION = "357c4a87afda2818731590647cccbea31c31733a2";
const FETCH_MS = 120_000;
const RUN_MS = 900_000;

/** Tests of the kit that fail, and why they may. */
const KNOWN: Readonly<Record<string, string>> = {
  test_agent_card_validates_against_schema:
    "CARD-STRUCT-001: the card has the fields of 0.3 beside those of 1.0, for clients of 0.3, who ask for it in the same way",
  test_response_content_type:
    "HTTP_JSON-SVC-001: 1.0.1 answers with application/a2a+json, the kit knows application/json alone",
};

/** A copy of the kit that may be written to; `undefined` where there can be none. */
async function kit(t: TestContext): Promise<string | undefined> {
  const folder = await temporaryFolder(t);
  const given = process.env["A2A_TCK_DIR"];
  if (given !== undefined) {
    await cp(given, folder, { recursive: true });
    return folder;
  }
  const git = (...args: readonly string[]) => runTool("git", args, { cwd: folder, limitMs: FETCH_MS });
  for (const args of [
    ["init", "-q"],
    ["fetch", "-q", "--depth", "1", KIT, REVISION],
    ["checkout", "-q", REVISION],
  ]) {
    if (!canGoOn(t, `git ${args[0]} of ${KIT} (A2A_TCK_DIR names a copy)`, await git(...args))) return undefined;
  }
  return folder;
}

const countOf = (report: string, what: string) =>
  Number(new RegExp(`<testsuite [^>]*\\b${what}="(\\d+)"`).exec(report)?.[1]);

/** Names of the test cases in a JUnit report that have such an element. */
const casesWith = (report: string, element: string): readonly string[] =>
  report
    .split("<testcase ")
    .slice(1)
    .filter((one) => one.includes(`<${element} `))
    .map((one) => /\bname="([^"[]+)/.exec(one)?.[1] ?? one);

it("A2A's conformance kit finds what it asks for, over both bindings", { timeout: 2_400_000 }, async (t) => {
  const cwd = await kit(t);
  const programs = cwd && (await pythonEnvironment(t, here("./python/a2a-tck-requirements.txt")));
  if (!programs) return;
  // The kit hears push notifications at this machine.
  process.env["TROUPE_PUSH_PRIVATE_HOSTS"] = "localhost";
  t.after(() => delete process.env["TROUPE_PUSH_PRIVATE_HOSTS"]);
  await using stack = await Stack.start({
    system: "interop",
    nodes: 1,
    systemFile: here("../../examples/a2a/conformance.ts"),
  });
  await using agent = await uniqueMessages(await stack.gatewayUrl());
  const args = ["run_tck.py", "--sut-host", agent.url, "--transport", "jsonrpc,http_json"];
  const run = await runTool(join(programs, "python"), args, { cwd, limitMs: RUN_MS });
  assert.ok(run);
  const report = await readFile(join(cwd, "reports/junitreport.xml"), "utf8").catch(() => assert.fail(run.output));
  const [tests, skipped] = [countOf(report, "tests"), countOf(report, "skipped")];
  const failed = casesWith(report, "failure");
  t.diagnostic(`${tests - skipped - failed.length} passed, ${failed.length} failed, ${skipped} skipped`);
  assert.equal(countOf(report, "errors"), 0, run.output);
  assert.deepEqual(failed.toSorted(), Object.keys(KNOWN).toSorted(), `${run.output}\n${stack.logs()}`);
  assert.ok(tests - skipped >= 170, `too few tests ran:\n${run.output}`);
});
