import { join } from "node:path";
import type { TestContext } from "node:test";
import { temporaryFolder } from "./temporary-folder.ts";
import { runTool, type ToolRun } from "./tool.ts";

const INSTALL_MS = 900_000;

/** A step of the set-up; skips the test with its reason when this machine cannot do it. */
export function canGoOn(t: TestContext, what: string, run: ToolRun | undefined): run is ToolRun {
  if (run?.code === 0) return true;
  t.skip(`${what}: ${run === undefined ? "not on this machine" : run.output.trim().slice(-300)}`);
  return false;
}

/** The folder of the programs of a temporary Python environment with these packages; `undefined` where there can be none. */
export async function pythonEnvironment(t: TestContext, requirements: string): Promise<string | undefined> {
  const folder = await temporaryFolder(t);
  const venv = await runTool("python3", ["-m", "venv", folder], { limitMs: INSTALL_MS });
  if (!canGoOn(t, "python3 -m venv", venv)) return undefined;
  const programs = join(folder, "bin");
  const install = ["-m", "pip", "install", "--quiet", "-r", requirements];
  const installed = await runTool(join(programs, "python"), install, { limitMs: INSTALL_MS });
  return canGoOn(t, "pip install", installed) ? programs : undefined;
}
