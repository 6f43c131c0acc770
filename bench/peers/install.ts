/** Packages of peers, by the registries' ordinary clients, with exact versions, into a folder that is theirs alone. */
import { execFile } from "node:child_process";
import { access, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { messageOf } from "@troupe/runtime/internal";
import { z } from "zod";

const run = promisify(execFile);
const LIMIT_MS = 600_000;

/** Installs npm packages without their scripts. `found` = a path below the folder that is there once it has worked. */
export async function npmInstall(folder: string, packages: readonly string[], found: string): Promise<void> {
  if (await exists(join(folder, found))) return;
  await mkdir(folder, { recursive: true });
  const flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock", "--prefix", folder];
  await install("npm", ["install", ...flags, ...packages]);
}

/** The same with pip. */
export async function pipInstall(folder: string, packages: readonly string[], found: string): Promise<void> {
  if (await exists(join(folder, found))) return;
  const flags = ["--quiet", "--disable-pip-version-check", "--only-binary", ":all:", "--target", folder];
  await install("python3", ["-m", "pip", "install", ...flags, ...packages]);
  if (!(await exists(join(folder, found)))) throw new Error(`pip left no ${found}`);
}

async function install(command: string, args: readonly string[]): Promise<void> {
  try {
    await run(command, [...args], { timeout: LIMIT_MS });
  } catch (error) {
    throw new Error(`${command} could not install it: ${reasonOf(error)}`, { cause: error });
  }
}

const Failed = z.object({ stderr: z.string() });

/** What a command first printed of an error says most. */
function reasonOf(error: unknown): string {
  const failed = Failed.safeParse(error);
  const lines = failed.success ? failed.data.stderr.trim().split("\n") : [];
  return lines.find((line) => /error/i.test(line)) || lines.at(-1) || messageOf(error);
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
