import type { Command } from "commander";
import { z } from "zod";
import { findAddress } from "../address.ts";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { natsFacts } from "../environment/facts.ts";
import { AllowWeak, requireStrong, withAllowWeak } from "../environment/require-strong.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { unlessInterrupted } from "../interruption.ts";
import { loadKeys } from "../keys.ts";
import { LOG_FILE, openProcessLog } from "../log-file.ts";
import { served } from "../served-metrics.ts";

const Options = AddressOptions.extend({
  name: z.string().min(1).max(64).optional(),
  replicas: z.coerce.number().int().min(1).max(5).default(1),
  allowWeak: AllowWeak,
  metrics: z.string().optional(),
  logFile: z.string().optional(),
  json: z.boolean().default(false),
  alertWebhook: z.array(z.string()).default([]),
  alertPrivateHost: z.array(z.string()).default([]),
});

async function runSupervisor(scope: Scope, options: z.infer<typeof Options>): Promise<ExitCode> {
  const address = await findAddress(options, scope.environment, scope.cwd);
  const store = { replicas: options.replicas, isSynced: false, isThrownAway: false };
  const hasAuditKey = address.keysFile !== undefined;
  requireStrong(scope, { nats: await natsFacts(address), store, hasAuditKey }, options.allowWeak);
  const { logger } = openProcessLog(scope, "supervisor", options.logFile);
  const { SupervisorMetrics, startSupervisor } = await import("../parts.ts");
  const metrics = await served(
    options.metrics ?? scope.environment.variables["TROUPE_METRICS"],
    () => new SupervisorMetrics(scope.clock, logger),
    { clock: scope.clock, logger },
  );
  // A store that does not answer is waited for.
  const starting = startSupervisor({
    servers: address.natsUrl,
    system: address.system,
    signInOf: await loadKeys(address),
    keysFile: address.keysFile,
    id: options.name,
    replicas: options.replicas,
    alertWebhooks: options.alertWebhook.map((url) => ({ url, privateHosts: options.alertPrivateHost })),
    clock: scope.clock,
    random: scope.random,
    metrics: metrics?.metrics,
    logger,
  });
  const supervisor = await unlessInterrupted(starting, scope.interrupted);
  try {
    await unlessInterrupted(supervisor.done, scope.interrupted);
    return EXIT_CODES.ok;
  } finally {
    await supervisor.stop();
    await metrics?.close();
  }
}

const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

export function supervisorCommand(cli: Cli): Command {
  const command = withAllowWeak(withAddress(newCommand("supervisor")))
    .option("--name <name>", "unique among supervisors; one that leads and is restarted leads on at once (random)")
    .option("--replicas <count>", "copies of every stream, fixed when the system is created: 3 on three servers (1)")
    .option("--alert-webhook <url>", "https address that alerts are sent to as JSON; may be repeated", collect)
    .option("--alert-private-host <name>", "host of a webhook that may be a private address, or http", collect)
    .option("--metrics <address>", "HOST:PORT where Prometheus reads /metrics; default: TROUPE_METRICS, else nowhere")
    .option("--log-file <path>", LOG_FILE);
  return runs(cli, command, { options: Options, run: runSupervisor });
}
