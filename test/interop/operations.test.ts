/** The operators' own tools read what is shipped for them: promtool the rules and what is scraped, compose-go compose.yaml. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { METRICS, type MetricName, Metrics } from "@troupe/runtime/internal";
import { lintMetrics, promtool } from "./promtool.ts";
import { canGoOn } from "./python-environment.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { runTool } from "./tool.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const RULES = join(ROOT, "deploy/prometheus/rules");
const FETCH_MS = 300_000;
const RUN_MS = 60_000;
const COMPOSE_GO = "github.com/compose-spec/compose-go/v2/cmd@v2.16.2";

it("promtool finds no fault with rules, their unit tests, the configuration, and what is scraped", async (t) => {
  const tool = await promtool(t);
  if (tool === undefined) return;
  const check = async (...args: string[]) => {
    const run = await runTool(tool, args, { cwd: RULES, limitMs: RUN_MS });
    assert.equal(run?.code, 0, `${args.join(" ")}: ${run?.output}`);
  };
  await check("check", "rules", "troupe.yml");
  await check("test", "rules", "troupe.test.yml");
  await check("check", "config", "--syntax-only", "../prometheus.yml");

  await lintMetrics(t, tool, await new Metrics(Object.keys(METRICS) as MetricName[]).text());
});

it("compose-go, the loader of docker compose, takes compose.yaml as it is, and would refuse what it does not know", async (t) => {
  const folder = await temporaryFolder(t);
  const env = { GOBIN: folder };
  const installed = await runTool("go", ["install", COMPOSE_GO], { cwd: folder, env, limitMs: FETCH_MS });
  if (!canGoOn(t, "go install compose-go", installed)) return;
  const loader = join(folder, "cmd");
  const loaded = await runTool(loader, [join(ROOT, "compose.yaml")], { cwd: ROOT, limitMs: RUN_MS });
  assert.equal(loaded?.code, 0, String(loaded?.output));
  const wrong = join(folder, "wrong.yaml");
  await writeFile(wrong, "services: { nats: { image: nats, restrat: always } }\n");
  const refused = await runTool(loader, [wrong], { cwd: folder, limitMs: RUN_MS });
  assert.notEqual(refused?.code, 0, "an unknown key was taken");
});
