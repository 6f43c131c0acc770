/** Prometheus' own tool. */
import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { canGoOn } from "./python-environment.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { runTool } from "./tool.ts";

const FETCH_MS = 300_000;
const RUN_MS = 60_000;

/** promtool of this machine, or out of Debian's package; `undefined` where there is neither. */
export async function promtool(t: TestContext): Promise<string | undefined> {
  if ((await runTool("promtool", ["--version"], { limitMs: RUN_MS }))?.code === 0) return "promtool";
  const folder = await temporaryFolder(t);
  const fetched = await runTool("apt-get", ["download", "prometheus"], { cwd: folder, limitMs: FETCH_MS });
  if (!canGoOn(t, "promtool, and apt-get download prometheus", fetched)) return undefined;
  const [archive = ""] = await readdir(folder);
  const unpacked = await runTool("dpkg", ["-x", archive, "."], { cwd: folder, limitMs: RUN_MS });
  return canGoOn(t, "dpkg", unpacked) ? join(folder, "usr/bin/promtool") : undefined;
}

/** Fails when it finds fault with what is scraped. */
export async function lintMetrics(t: TestContext, tool: string, text: string): Promise<void> {
  const scraped = join(await temporaryFolder(t), "metrics.txt");
  await writeFile(scraped, text);
  // It reads standard input only.
  const lint = await runTool("sh", ["-c", '"$1" check metrics < "$2"', "sh", tool, scraped], { limitMs: RUN_MS });
  assert.equal(lint?.code, 0, String(lint?.output));
}
