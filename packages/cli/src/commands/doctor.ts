import { messageOf } from "@troupe/runtime";
import { createLogger, type Link, openLink } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { type Address, findAddress } from "../address.ts";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { type Check, type Diagnosis, diagnose, failed, skipped } from "../doctor/check.ts";
import { diskCheck, nodeCheck } from "../doctor/machine-checks.ts";
import { modelCheck } from "../doctor/model-checks.ts";
import { productionChecks } from "../doctor/production-checks.ts";
import { clockCheck, storeCheck, storeUnseen } from "../doctor/store-checks.ts";
import {
  connectionCheck,
  gatewayCheck,
  graphCheck,
  serverBinaryCheck,
  supervisorCheck,
} from "../doctor/system-checks.ts";
import { ENVIRONMENT_VARIABLE, environmentNamed } from "../environment/environments.ts";
import { httpFacts, natsFacts } from "../environment/facts.ts";
import { allowedWeak } from "../environment/require-strong.ts";
import { weakSettings } from "../environment/weak-settings.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { type Caller, signIn } from "../reach.ts";
import type { Paint } from "../terminal.ts";

const Options = AddressOptions.extend({ json: z.boolean().default(false) });
const REMEDY = "see the message; `troupe start` brings everything up on this machine";

async function doctor(scope: Scope, options: z.infer<typeof Options>): Promise<ExitCode> {
  const { environment, terminal, cwd } = scope;
  const { loadModelSettings } = await import("@troupe/agents/internal");
  const models = loadModelSettings(environment.variables);
  const machine = [
    nodeCheck(process.version),
    diskCheck(cwd),
    serverBinaryCheck(environment.variables, (line) => terminal.note(line)),
    modelCheck({ mode: models.mode, url: models.endpoint, key: models.secret("OPENAI_API_KEY") }),
  ];
  const found = [
    ...(await diagnose([...machine, ...(await production(scope, options, models.mode))], REMEDY)),
    ...(await diagnoseSystem(scope, options)),
  ];
  if (options.json) terminal.print(JSON.stringify({ checks: found }));
  else for (const line of found.flatMap((one) => findingLines(one, terminal.paint))) terminal.print(line);
  return found.some(({ status }) => status === "failed") ? EXIT_CODES.failed : EXIT_CODES.ok;
}

/** What production would refuse of what this machine says. */
async function production(
  scope: Scope,
  options: z.infer<typeof Options>,
  model: "offline" | "live",
): Promise<readonly Check[]> {
  const { environment, cwd } = scope;
  const { variables } = environment;
  const address = await findAddress(options, environment, cwd).catch(() => undefined);
  const facts = {
    ...(address === undefined ? {} : { nats: await natsFacts(address), hasAuditKey: address.keysFile !== undefined }),
    http: await httpFacts("127.0.0.1", variables),
    model,
  };
  const isProduction = environmentNamed(variables[ENVIRONMENT_VARIABLE]) === "production";
  return productionChecks(weakSettings(facts), allowedWeak(variables), isProduction);
}

async function diagnoseSystem(scope: Scope, options: z.infer<typeof Options>): Promise<readonly Diagnosis[]> {
  const address = await findAddress(options, scope.environment, scope.cwd).catch(() => undefined);
  if (!address) return [{ name: "system", ...skipped("none runs in this folder and no address was given") }];
  let link: Link;
  try {
    link = await connect(scope, address);
  } catch (error) {
    return [
      {
        name: "nats",
        ...failed(messageOf(error), `${address.source} names ${address.natsUrl}: start it, or name another`),
      },
    ];
  }
  try {
    return await diagnose(systemChecks(scope, link, address), REMEDY);
  } finally {
    await link.close();
  }
}

async function connect(scope: Scope, address: Address): Promise<Link> {
  return openLink({
    servers: address.natsUrl,
    name: `cli/${scope.pid}`,
    ...(await signIn(address, callerOf(address))),
    firstConnectMs: 3_000,
    logger: createLogger({ name: "cli", level: "silent" }),
  });
}

/** Only the operator sees the store. */
const callerOf = (address: Address): Caller => (address.keysFile === undefined ? "client" : "operator");

function systemChecks(scope: Scope, link: Link, address: Address): readonly Check[] {
  const gateway = address.httpUrl === undefined ? [] : [gatewayCheck(address.httpUrl)];
  const store =
    callerOf(address) === "operator"
      ? [
          clockCheck(link, address.system, scope.clock),
          storeCheck(link, address.system),
          graphCheck(link, address.system),
        ]
      : [storeUnseen()];
  return [connectionCheck(link), ...store, supervisorCheck(link, address.system), ...gateway];
}

const MARKS = { ok: ["green", "✓"], skipped: ["dim", "–"], warning: ["yellow", "!"], failed: ["red", "✗"] } as const;

function findingLines(found: Diagnosis, paint: Paint): readonly string[] {
  const [colour, mark] = MARKS[found.status];
  const line = `${paint(colour, mark)} ${found.name.padEnd(12)} ${found.text}`;
  return "remedy" in found ? [line, `  ${"".padEnd(12)} → ${found.remedy}`] : [line];
}

export function doctorCommand(cli: Cli): Command {
  const command = withAddress(
    newCommand("doctor", "check this machine and the running system, and say how to mend what is wrong"),
  );
  return runs(cli, command, { options: Options, run: doctor });
}
