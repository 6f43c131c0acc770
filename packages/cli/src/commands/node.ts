import { hostname } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { loadModelSettings } from "@troupe/agents/internal";
import { TroupeError } from "@troupe/runtime";
import { createNode, MessageLog, NodeMetrics, type NodeOptions, traceHosts } from "@troupe/runtime/internal";
import { type Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import { type Address, findAddress } from "../address.ts";
import { brokerServices } from "../broker-services.ts";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { collect } from "../collect.ts";
import { adoptModels } from "../config/load.ts";
import { keyRingPlace } from "../encryption/key-ring-place.ts";
import { natsFacts } from "../environment/facts.ts";
import { AllowWeak, requireStrong, withAllowWeak } from "../environment/require-strong.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { findRoleKeys, loadKeys, nodeNameIn } from "../keys.ts";
import { LOG_FILE, openProcessLog } from "../log-file.ts";
import { served } from "../served-metrics.ts";

const Options = AddressOptions.extend({
  name: z.string().optional(),
  label: z.record(z.string(), z.string()).default({}),
  capability: z.array(z.string()).default([]),
  slots: z.coerce.number().int().min(0).max(100_000).optional(),
  memory: z.coerce.number().int().min(1).max(10_000_000).optional(),
  drainLimit: z.coerce.number().min(0).max(86_400).optional(),
  hostSilence: z.coerce.number().min(0).max(86_400).optional(),
  metrics: z.string().optional(),
  messageLog: z.string().min(1).optional(),
  allowWeak: AllowWeak,
  logFile: z.string().optional(),
  json: z.boolean().default(false),
});

/** Runs until the first signal, then drains; the second one ends the process. */
async function runNode(scope: Scope, options: z.infer<typeof Options>): Promise<ExitCode> {
  const address = await findAddress(options, scope.environment, scope.cwd);
  if (address.models) adoptModels(scope.environment.variables, address.models);
  const { variables } = scope.environment;
  requireStrong(scope, { nats: await natsFacts(address), model: loadModelSettings(variables).mode }, options.allowWeak);
  const name = await nodeName(options.name, address);
  const { logger, file: logFile } = openProcessLog(scope, `node/${name}`, options.logFile);
  const messageLog = options.messageLog === undefined ? undefined : new MessageLog(options.messageLog, name, logger);
  const metricsAddress = options.metrics ?? variables["TROUPE_METRICS"];
  const metrics = await served(metricsAddress, () => new NodeMetrics(scope.cwd, logger), {
    clock: scope.clock,
    logger,
  });
  const node = createNode({
    system: address.system,
    name,
    ...(await nodeLinks(address, name)),
    labels: options.label,
    capabilities: options.capability,
    ...(options.slots === undefined ? {} : { slots: options.slots }),
    ...(options.memory === undefined ? {} : { memoryLimitBytes: options.memory * 1024 * 1024 }),
    ...(options.drainLimit === undefined ? {} : { drainLimitMs: options.drainLimit * 1_000 }),
    ...(options.hostSilence === undefined ? {} : { hostSilenceMs: Math.round(options.hostSilence * 1_000) }),
    brokerServices: brokerServices(variables, await keyRingPlace(scope.environment, address.keysFile)),
    loader: import.meta.resolve("@troupe/agents/loader"),
    bundles: {
      folder: scope.environment.bundlesFolder,
      packagesFrom: [import.meta.url, pathToFileURL(join(scope.cwd, "package.json")).href],
    },
    hostOutput: logFile && ((line) => logFile.write(line)),
    messageLog,
    tracing: await traceHosts(variables, logger),
    metrics: metrics?.metrics,
    logger,
    clock: scope.clock,
    random: scope.random,
  });
  await node.start();
  const drain = () => void node.drain();
  if (scope.interrupted.aborted) drain();
  else scope.interrupted.addEventListener("abort", drain, { once: true });
  const code = await node.done;
  messageLog?.close();
  await metrics?.close();
  return code === 0 ? EXIT_CODES.ok : EXIT_CODES.failed;
}

/** Asked for, else the one that its credentials are of, else the machine's. Throws `unauthorized` when the first two differ. */
async function nodeName(asked: string | undefined, { keysFile }: Address): Promise<string> {
  const own = await nodeNameIn(keysFile);
  if (asked !== undefined && own !== undefined && asked !== own) {
    throw new TroupeError("unauthorized", `${keysFile ?? ""} holds the credentials of node ${own}, not of ${asked}`);
  }
  return asked ?? own ?? machineName();
}

async function nodeLinks(
  address: Address,
  name: string,
): Promise<Pick<NodeOptions, "nodeLink" | "hostLink"> & Partial<Pick<NodeOptions, "roleKeys">>> {
  const { natsUrl: servers, tls } = address;
  const signInOf = await loadKeys(address);
  const roleKeys = await findRoleKeys(address.keysFile);
  const nodeLink = { servers, ...signInOf("node", name) };
  const transport = { servers, ...(tls && { tls }) };
  if (roleKeys !== undefined) return { nodeLink, hostLink: transport, roleKeys };
  const { credentials, ...place } = signInOf("host");
  const seed = credentials?.().seed;
  return { nodeLink, hostLink: { ...transport, ...place, ...(seed !== undefined && { seed }) } };
}

/** The machine's name as a node may bear it. */
function machineName(): string {
  const name = hostname()
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return name.slice(0, 63) || "node";
}

function collectLabel(text: string, labels: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("a label is key=value");
  return { ...labels, [text.slice(0, at)]: text.slice(at + 1) };
}

export function nodeCommand(cli: Cli): Command {
  const command = withAllowWeak(withAddress(newCommand("node")))
    .option("--name <name>", "unique in the system; default: the machine's name")
    .option("--label <key=value>", "what roles may ask for; may be repeated", collectLabel)
    .option("--capability <name>", "what tasks may require; may be repeated", collect)
    .option("--slots <count>", "messages that its actors may hold at once (64)")
    .option("--memory <mebibytes>", "what its actors may reserve of the machine's memory together; default: no limit")
    .option("--drain-limit <seconds>", "how long a drain lets messages finish (25)")
    .option("--host-silence <seconds>", "a host whose event loop is blocked for so long is killed; 0 = never (10)")
    .option("--metrics <address>", "HOST:PORT where Prometheus reads /metrics; default: TROUPE_METRICS, else nowhere")
    .option("--log-file <path>", LOG_FILE)
    .option("--message-log <folder>", "keep what each role handled here, as JSON Lines: <node>/<role>.jsonl, rotated");
  return runs(cli, command, { options: Options, run: runNode });
}
