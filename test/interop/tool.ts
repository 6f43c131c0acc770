import { spawn } from "node:child_process";
import { once } from "node:events";

export interface ToolRun {
  readonly code: number | null;
  /** What it wrote to both streams. */
  readonly output: string;
}

/** Runs a foreign program to its end; `undefined` when there is no such program on this machine. */
export async function runTool(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>>; readonly limitMs: number },
): Promise<ToolRun | undefined> {
  const { cwd, limitMs } = options;
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: limitMs,
    killSignal: "SIGKILL",
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => chunks.push(text));
  // Waiting for "spawn" fails with "error", which comes instead when there is no such program.
  const started = await once(child, "spawn").then(
    () => true,
    () => false,
  );
  if (!started) return undefined;
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, output: chunks.join("") };
}
