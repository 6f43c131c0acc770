import { dirname } from "node:path";
import { messageOf, TroupeError } from "@troupe/runtime";
import { createLogger, type Deployment, type Link, openLink, Subjects } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { type Address, findAddress } from "../address.ts";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { readDeployments } from "../cluster/deployments.ts";
import { type Check, type Diagnosis, diagnose, failed, skipped } from "../doctor/check.ts";
import { clockCheck, nodeClocksCheck } from "../doctor/clock-checks.ts";
import { modesCheck } from "../doctor/file-checks.ts";
import { diskCheck, nodeCheck } from "../doctor/machine-checks.ts";
import { type ModelsHere, modelChecks } from "../doctor/model-checks.ts";
import { productionChecks } from "../doctor/production-checks.ts";
import { connectionCheck, serverCheck } from "../doctor/server-checks.ts";
import {
  copiesCheck,
  isSyncedBeside,
  roomCheck,
  type StoreShape,
  storeCheck,
  storeUnseen,
} from "../doctor/store-checks.ts";
import { shardsOf, straysCheck, streamNames } from "../doctor/stray-checks.ts";
import { gatewayCheck, graphCheck, serverBinaryCheck, supervisorCheck } from "../doctor/system-checks.ts";
import { ENVIRONMENT_VARIABLE, environmentNamed } from "../environment/environments.ts";
import { httpFacts, natsFacts } from "../environment/facts.ts";
import { allowedWeak } from "../environment/require-strong.ts";
import { type SettingFacts, weakSettings } from "../environment/weak-settings.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { type Caller, type Reached, signIn } from "../reach.ts";
import type { Paint } from "../terminal.ts";

/** The file of keys that lies in a server's store. */
const KEYS_FILE = "keys.json";
const Options = AddressOptions.extend({ json: z.boolean().default(false) });
const ADVICE = {
  why: "what could not be looked at may be anything",
  remedy: "see the message; `troupe start` brings everything up on this machine",
};

async function doctor(scope: Scope, options: z.infer<typeof Options>): Promise<ExitCode> {
  const { environment, terminal, cwd } = scope;
  const { loadModelSettings } = await import("@troupe/agents/internal");
  const models = loadModelSettings(environment.variables);
  const address = await findAddress(options, environment, cwd).catch(() => undefined);
  const isProduction = environmentNamed(environment.variables[ENVIRONMENT_VARIABLE]) === "production";
  const machine = [
    nodeCheck(process.version),
    diskCheck(address?.keysFile?.endsWith(`/${KEYS_FILE}`) ? dirname(address.keysFile) : cwd),
    serverBinaryCheck(environment.variables, (line) => terminal.note(line)),
    modesCheck(address?.keysFile),
  ];
  const production = productionChecks(
    weakSettings(await factsHere(environment.variables, address, models.mode)),
    allowedWeak(environment.variables),
    isProduction,
  );
  const found = [
    ...(await diagnose([...machine, ...production], ADVICE)),
    ...(await diagnoseSystem(scope, address, { models, isProduction })),
  ];
  if (options.json) terminal.print(JSON.stringify({ checks: found }));
  else for (const line of found.flatMap((one) => findingLines(one, terminal.paint))) terminal.print(line);
  return found.some(({ status }) => status === "failed") ? EXIT_CODES.failed : EXIT_CODES.ok;
}

/** What production judges of this machine. */
async function factsHere(
  variables: NodeJS.ProcessEnv,
  address: Address | undefined,
  model: "offline" | "live",
): Promise<SettingFacts> {
  return {
    ...(address === undefined ? {} : { nats: await natsFacts(address), hasAuditKey: address.keysFile !== undefined }),
    http: await httpFacts("127.0.0.1", variables),
    model,
  };
}

interface Circumstances {
  readonly models: ModelsHere;
  readonly isProduction: boolean;
}

async function diagnoseSystem(
  scope: Scope,
  address: Address | undefined,
  circumstances: Circumstances,
): Promise<readonly Diagnosis[]> {
  const environmentsModels = modelChecks(undefined, circumstances.models);
  if (!address)
    return [
      { name: "system", ...skipped("none runs in this folder and no address was given") },
      ...(await diagnose(environmentsModels, ADVICE)),
    ];
  let link: Link;
  try {
    link = await connect(scope, address);
  } catch (error) {
    const why = "every part of the system talks through it, and nothing is stored without it";
    const advice = { why, remedy: `${address.source} names ${address.natsUrl}: ${remedyOf(error)}` };
    return [{ name: "nats", ...failed(messageOf(error), advice) }, ...(await diagnose(environmentsModels, ADVICE))];
  }
  try {
    return await diagnose(await systemChecks(scope, { link, address }, circumstances), ADVICE);
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

/** What mends that a server does not take us. */
function remedyOf(error: unknown): string {
  if (TroupeError.is(error, "unauthorized"))
    return "sign in with keys of that server, keys.json in its store: --keys FILE";
  if (TroupeError.is(error, "wrong_server"))
    return "start one of 2.14.4 or newer, with streams: nats-server -js -sd DIR";
  return "start it, or name another";
}

/** Whether the store can be looked at: by the operator, and by everybody on a server that has one account for all. */
async function seesStore({ link, address }: Reached): Promise<boolean> {
  if (callerOf(address) === "operator") return true;
  return streamNames(link).then(
    () => true,
    () => false,
  );
}

const callerOf = (address: Address): Caller => (address.keysFile === undefined ? "client" : "operator");

async function systemChecks(scope: Scope, reached: Reached, circumstances: Circumstances): Promise<readonly Check[]> {
  const { link, address } = reached;
  const { system, httpUrl } = address;
  const seen = (await seesStore(reached)) ? await storeSeen(scope, reached) : undefined;
  const current = seen?.deployments[0]?.manifest;
  return [
    connectionCheck(link),
    serverCheck(link),
    ...(seen ? checksOfStore(scope, reached, seen, circumstances.isProduction) : [storeUnseen()]),
    supervisorCheck(link, system),
    ...(httpUrl === undefined ? [] : [gatewayCheck(httpUrl)]),
    ...modelChecks(current?.models, circumstances.models),
  ];
}

/** What the checks of the store are about. */
interface StoreSeen {
  readonly store: StoreShape;
  /** Whether there is a log, by which the server's clock is told. */
  readonly hasLog: boolean;
  /** The current version first. */
  readonly deployments: readonly Deployment[];
  readonly isSynced: boolean | undefined;
}

/** A store that does not answer is what the checks will tell. */
async function storeSeen(scope: Scope, reached: Reached): Promise<StoreSeen> {
  const { system } = reached.address;
  const names = await streamNames(reached.link).catch((): readonly string[] => []);
  const deployments = await readDeployments(reached, scope.clock).catch((): readonly Deployment[] => []);
  const isSynced = await isSyncedBeside(reached.address.keysFile);
  const shards = shardsOf(names, new Subjects(system));
  return { store: { system, shards: Math.max(1, shards) }, hasLog: shards > 0, deployments, isSynced };
}

function checksOfStore(
  { clock }: Scope,
  { link, address: { system } }: Reached,
  { store, hasLog, deployments, isSynced }: StoreSeen,
  isProduction: boolean,
): readonly Check[] {
  return [
    ...(hasLog ? [clockCheck(link, system, clock), nodeClocksCheck(link, system, clock)] : []),
    storeCheck(link, store),
    copiesCheck(link, store, { isProduction, isSynced }),
    roomCheck(link, store),
    ...(hasLog ? [straysCheck(link, system, deployments, store.shards)] : []),
    graphCheck(link, system),
  ];
}

const MARKS = { ok: ["green", "✓"], skipped: ["dim", "–"], warning: ["yellow", "!"], failed: ["red", "✗"] } as const;

function findingLines(found: Diagnosis, paint: Paint): readonly string[] {
  const [colour, mark] = MARKS[found.status];
  const line = `${paint(colour, mark)} ${found.name.padEnd(12)} ${found.text}`;
  if (!("remedy" in found)) return [line];
  return [line, `  ${"".padEnd(12)}   ${found.why}`, `  ${"".padEnd(12)} → ${found.remedy}`];
}

export function doctorCommand(cli: Cli): Command {
  const command = withAddress(newCommand("doctor"));
  return runs(cli, command, { options: Options, run: doctor });
}
