import { mkdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { TroupeError } from "@troupe/runtime";
import { lockStore, messageOf } from "@troupe/runtime/internal";
import { DEFAULT_SYSTEM, tlsOf } from "../address.ts";
import type { Scope } from "../cli.ts";
import { deploySystem } from "../deploy/deploy.ts";
import { ENVIRONMENT_VARIABLE, environmentNamed } from "../environment/environments.ts";
import { requireStrong } from "../environment/require-strong.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { unlessInterrupted } from "../interruption.ts";
import { type RunFile, readRunFile, removeRunFile, STATE_FOLDER, writeRunFile } from "../run-file.ts";
import { chooseSystemFile, loadSystemFile, type SystemFile, upToDate } from "../system-file/load.ts";
import { destinationOf, runTask } from "../task/run-task.ts";
import { finish } from "../task/show.ts";
import { attach } from "./attach.ts";
import { untilNobodyIsAttached } from "./attached.ts";
import { type LocalSystem, startLocalSystem } from "./local-system.ts";
import { nextSteps } from "./next-steps.ts";
import { untilActorsAreThere, untilNodesAreThere } from "./readiness.ts";
import { saidWhenSlow } from "./said-when-slow.ts";
import { startFacts } from "./start-facts.ts";
import type { StartOptions } from "./start-options.ts";
import { unwatchedLine } from "./unwatched-line.ts";
import { WatchedFiles } from "./watched-files.ts";

const OTHER_START_MS = 60_000;

/** Runs everything here, or hands the task to another `troupe start` that was faster in taking this folder. */
export async function startAll(scope: Scope, options: StartOptions, input: string | undefined): Promise<ExitCode> {
  const folder = join(scope.cwd, STATE_FOLDER);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await using stack = new AsyncDisposableStack();
  const lock = await lockStore(folder, scope.random).catch((error: unknown) => {
    if (TroupeError.is(error, "store_in_use")) return undefined;
    throw error;
  });
  if (!lock) return await attach(scope, await otherStart(scope, folder), { role: options.role, input });
  stack.defer(() => lock.release());
  return await startHere(scope, options, { folder, input }, stack);
}

interface Here {
  readonly folder: string;
  readonly input: string | undefined;
}

async function startHere(
  scope: Scope,
  options: StartOptions,
  { folder, input }: Here,
  stack: AsyncDisposableStack,
): Promise<ExitCode> {
  const { terminal } = scope;
  const model = options.live ? "live" : "offline";
  sayModel(scope, model);
  const wait = <T>(what: string, work: Promise<T>): Promise<T> =>
    saidWhenSlow(scope, what, unlessInterrupted(work, scope.interrupted));
  const path = await chooseSystemFile(options.file, scope.cwd);
  const file = await wait(`Reading ${basename(path)}`, loadSystemFile(path, scope.environment.bundlesFolder));
  const role = options.role ?? doorOf(file);
  const settings = localOptions(scope, options, folder, model);
  requireStrong(scope, await startFacts(settings), options.allowWeak);
  const starting = startLocalSystem(settings, stack);
  const local = await wait("Starting NATS, the supervisor and the gateway", starting).catch(async (error: unknown) => {
    // What is being started must be on the stack before the stack is unwound.
    await starting.catch(() => undefined);
    throw error;
  });
  const system = options.system ?? scope.environment.system ?? DEFAULT_SYSTEM;
  const target = { natsUrl: local.natsUrl, system, keysFile: local.keysFile, tls: local.tls };
  const run = runFile(scope, local, { system, door: doorOf(file), model });
  await wait("Waiting for the nodes", untilNodesAreThere(scope, run, local.crew.nodes.length));
  const deployed = await upToDate(file, scope.environment.bundlesFolder);
  const { version } = await wait(`Deploying ${basename(path)}`, deploySystem(scope, target, deployed));
  terminal.note(
    `System ${file.manifest.name} ${version} from ${basename(file.path)} on ${local.crew.nodes.join(", ")}.\n`,
  );

  await writeRunFile(folder, run);
  stack.defer(() => removeRunFile(folder, run.pid));
  if (!options.once) stack.defer(reloadOnChange(scope, deployed, target));

  if (input !== undefined) await wait("Waiting for the actors", untilActorsAreThere(scope, run));
  const code = input === undefined ? EXIT_CODES.ok : await taskHere(scope, run, role, input);
  if (options.once) {
    await untilNobodyIsAttached(folder, scope.clock, scope.interrupted);
    return code;
  }
  for (const line of nextSteps({ natsUrl: run.nats_url, httpUrl: run.http_url, system, role, model }, terminal.paint)) {
    terminal.note(line);
  }
  return untilStopped(scope, local);
}

function sayModel({ terminal, environment }: Scope, model: "offline" | "live"): void {
  terminal.note(
    model === "live"
      ? "Model: the endpoints of your environment."
      : "Model: offline (built in; no account, no network, scripted answers).",
  );
  if (model === "live" && !environment.variables["OPENAI_API_KEY"]) {
    terminal.complain(
      "OPENAI_API_KEY is not set: roles whose model needs it will fail. A local endpoint takes any value.",
    );
  }
}

async function taskHere(scope: Scope, run: RunFile, role: string, input: string): Promise<ExitCode> {
  const destination = await destinationOf(run);
  return finish(await runTask(scope, destination, { role, input }), scope.terminal);
}

function localOptions(scope: Scope, options: StartOptions, folder: string, model: "offline" | "live") {
  const { environment, clock, random, terminal } = scope;
  const natsUrl = options.nats ?? environment.natsUrl ?? environment.plainNatsUrl;
  const isProduction = environmentNamed(environment.variables[ENVIRONMENT_VARIABLE]) === "production";
  return {
    system: options.system ?? environment.system ?? DEFAULT_SYSTEM,
    folder,
    natsUrl,
    keysFile: options.keys ?? environment.keysFile,
    tls: natsUrl === undefined ? undefined : tlsOf(options, environment),
    isInMemory: options.memory,
    isSynced: isProduction && natsUrl === undefined,
    allowedWeak: options.allowWeak,
    natsPort: options.natsPort,
    httpPort: options.port,
    nodes: options.nodes,
    model,
    env: environment.variables,
    clock,
    random,
    remark: (text: string) => terminal.note(terminal.paint("dim", text)),
  };
}

function runFile(
  scope: Scope,
  local: LocalSystem,
  { system, door, model }: { system: string; door: string; model: "offline" | "live" },
): RunFile {
  return {
    v: 1,
    pid: scope.pid,
    system,
    nats_url: local.natsUrl,
    http_url: local.httpUrl,
    ...(local.keysFile === undefined ? {} : { keys_file: resolve(scope.cwd, local.keysFile) }),
    ...(local.tls && { tls: local.tls }),
    door,
    model,
    ...(local.offlineUrl === undefined ? {} : { offline_url: local.offlineUrl }),
    started_at: new Date(scope.clock.nowMs()).toISOString(),
  };
}

function doorOf(file: SystemFile): string {
  const [door] = file.manifest.graph["client"] ?? [];
  if (door !== undefined) return door;
  throw new TroupeError(
    "invalid_config",
    `${file.path}: the graph has no edge from client, so nobody can be given a task`,
  );
}

/** A changed file, or one that it imports, becomes a new version; a faulty one is said to be so and changes nothing. */
function reloadOnChange(scope: Scope, deployed: SystemFile, target: Parameters<typeof deploySystem>[1]): () => void {
  const { terminal } = scope;
  const name = basename(deployed.path);
  const reload = async () => {
    const changed = await loadSystemFile(deployed.path, scope.environment.bundlesFolder);
    watched.follow(changed.files.keys());
    const { version, isNew } = await deploySystem(scope, target, changed);
    if (isNew) terminal.note(`${name} has changed: ${version} takes new tasks, running ones finish on theirs.`);
  };
  const watched = new WatchedFiles(deployed.files.keys(), {
    changed: () => {
      reload().catch((error: unknown) => terminal.complain(`${name} was not deployed: ${messageOf(error)}`));
    },
    notWatched: (error) => terminal.complain(unwatchedLine(deployed.path, error)),
  });
  return () => watched.close();
}

async function untilStopped(scope: Scope, local: LocalSystem): Promise<ExitCode> {
  const reason = await unlessInterrupted(local.broken, scope.interrupted).catch((error: unknown) => {
    scope.terminal.note("\nStopping: nodes finish what they run, then everything ends. Again to end at once.");
    throw error;
  });
  throw new TroupeError("unavailable", `${reason}; see ${STATE_FOLDER}/logs`);
}

/** Another process has this folder: waits until its system can be reached. */
async function otherStart(scope: Scope, folder: string): Promise<RunFile> {
  const deadline = scope.clock.monotonicMs() + OTHER_START_MS;
  while (scope.clock.monotonicMs() < deadline) {
    const run = await readRunFile(folder);
    if (run) return run;
    await scope.clock.sleep(100, scope.interrupted);
  }
  throw new TroupeError("store_in_use", `another troupe start holds ${folder} and has not come up within a minute`);
}
