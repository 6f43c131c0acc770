/**
 * Runs a program of a model in a process of its own, which has no environment, no open files, may read nothing but the interpreter, and
 * is killed when it takes too long, answers too much, or its call is aborted.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { dirname } from "node:path";
import { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import { type Clock, messageOf, TroupeError } from "@troupe/runtime";
import { type Program, ProgramEnd } from "./sandbox/messages.ts";

// The entry has the extension that this file has: `.ts` from the sources, `.js` when built.
const ENTRY = fileURLToPath(
  new URL(`./sandbox/main${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url),
);
const INTERPRETER = ["quickjs-emscripten-core", "@jitl/quickjs-wasmfile-release-sync", "@jitl/quickjs-ffi-types"];
/** Memory of the process besides the program's own. MiB. */
const HEAP_MIB = 64;
/** How long the process may take besides the program: it has to start. */
const START_MS = 20_000;

/** The program's end. Throws `tool_failed` when the process was killed or said nothing that can be read. */
export async function runProgram(program: Program, signal: AbortSignal, clock: Clock): Promise<ProgramEnd> {
  signal.throwIfAborted();
  const child = spawn(execPath, flags(), { env: {}, cwd: dirname(ENTRY), stdio: "pipe" });
  const kill = () => void child.kill("SIGKILL");
  signal.addEventListener("abort", kill, { once: true });
  const ended = new AbortController();
  clock.sleep(program.timeMs + START_MS, ended.signal).then(kill, () => undefined);
  // JSON may need six characters for one.
  const answer = answerOf(child, 12 * program.maxOutputLength + 65_536);
  // A process that is gone already says so by its end.
  child.stdin.on("error", () => undefined);
  child.stdin.end(JSON.stringify(program));
  try {
    return await answer;
  } finally {
    ended.abort();
    signal.removeEventListener("abort", kill);
    kill();
  }
}

function flags(): string[] {
  const readable = [ENTRY, ...INTERPRETER.map(directoryOf)];
  return [
    "--permission",
    ...readable.map((path) => `--allow-fs-read=${path}`),
    `--max-old-space-size=${HEAP_MIB}`,
    "--no-warnings",
    ENTRY,
  ];
}

/** Where a package of the interpreter lies: up to and with its name. */
function directoryOf(name: string): string {
  const path = fileURLToPath(import.meta.resolve(name));
  return `${path.slice(0, path.lastIndexOf(name) + name.length)}/*`;
}

async function answerOf(child: ChildProcessWithoutNullStreams, maxBytes: number): Promise<ProgramEnd> {
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    if (stdout.length > maxBytes) child.kill("SIGKILL");
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    if (stderr.length < 2_000) stderr += text;
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.once("error", reject);
  child.once("close", (code, signal) => resolve(signal ?? `exit code ${code ?? "unknown"}`));
  const how = await promise;
  try {
    return ProgramEnd.parse(JSON.parse(stdout));
  } catch (error) {
    const why = how === "exit code 0" ? messageOf(error) : `its process ended by ${how}`;
    throw new TroupeError("tool_failed", `the program gave no result: ${why} ${stderr.split("\n")[0] ?? ""}`.trim());
  }
}
