import { loadGuardSettings, loadRequiredParts } from "@troupe/gateway/internal";
import { traceDoor } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { findAddress } from "../address.ts";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { keyRingPlace } from "../encryption/key-ring-place.ts";
import { httpFacts, natsFacts } from "../environment/facts.ts";
import { AllowWeak, requireStrong, withAllowWeak } from "../environment/require-strong.ts";
import type { ExitCode } from "../exit-code.ts";
import { unlessInterrupted } from "../interruption.ts";
import { loadKeys } from "../keys.ts";
import { LOG_FILE, openProcessLog } from "../log-file.ts";

const Options = AddressOptions.extend({
  port: z.coerce.number().int().min(0).max(65_535).default(8_080),
  host: z.string().default("127.0.0.1"),
  allowWeak: AllowWeak,
  logFile: z.string().optional(),
  json: z.boolean().default(false),
});

async function runGateway(scope: Scope, options: z.infer<typeof Options>): Promise<ExitCode> {
  const address = await findAddress(options, scope.environment, scope.cwd);
  const { variables } = scope.environment;
  const facts = { nats: await natsFacts(address), http: await httpFacts(options.host, variables) };
  requireStrong(scope, facts, options.allowWeak);
  const guard = await loadGuardSettings(variables);
  const { logger } = openProcessLog(scope, "gateway", options.logFile);
  const tracing = await traceDoor(variables, address.system, logger);
  const { startGateway } = await import("../parts.ts");
  const gateway = await startGateway({
    servers: address.natsUrl,
    system: address.system,
    signInOf: await loadKeys(address),
    encryptionKeysFile: await keyRingPlace(scope.environment, address.keysFile),
    httpPort: options.port,
    httpHost: options.host,
    guard,
    requiredParts: loadRequiredParts(variables),
    clock: scope.clock,
    random: scope.random,
    tracer: tracing?.tracer,
    logger,
  });
  scope.terminal.note(`gateway at ${gateway.url}`);
  try {
    return await unlessInterrupted(Promise.withResolvers<ExitCode>().promise, scope.interrupted);
  } finally {
    await gateway.stop();
    await tracing?.close();
  }
}

export function gatewayCommand(cli: Cli): Command {
  const command = withAllowWeak(withAddress(newCommand("gateway")))
    .option("--port <port>", "HTTP port (8080)")
    .option("--host <address>", "address to listen on (127.0.0.1)")
    .option("--log-file <path>", LOG_FILE);
  return runs(cli, command, { options: Options, run: runGateway });
}
