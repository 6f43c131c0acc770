/** `troupe migrate|pause|resume|scale|restart|stop|drain`: asked for, then followed until the nodes say that it is so. */
import { OPERATION_REQUESTS, type OperationKind, problemsOf, TroupeError } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { followOperation } from "../cluster/follow-operation.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { reach } from "../reach.ts";

const Options = AddressOptions.extend({
  json: z.boolean().default(false),
  reason: z.string().min(1).max(512).optional(),
  wait: z.coerce.number().min(0).max(86_400).default(60),
  to: z.string().optional(),
  limit: z.coerce.number().min(0).max(86_400).optional(),
});
type Options = z.infer<typeof Options>;

/** What the supervisor is asked for, from arguments and options. */
type BodyOf = (args: readonly string[], options: Options) => object;

async function operate(
  kind: OperationKind,
  bodyOf: BodyOf,
  scope: Scope,
  options: Options,
  args: readonly string[],
): Promise<ExitCode> {
  const { reason, wait } = options;
  const body = checked(kind, { ...bodyOf(args, options), ...(reason === undefined ? {} : { reason }) });
  const operation = await reach(scope, options, "operator", ({ link, address }) =>
    followOperation(scope, kind, body, { link, system: address.system, waitMs: wait * 1_000 }),
  );
  const { terminal } = scope;
  if (options.json) terminal.print(JSON.stringify(operation));
  if (operation.state === "confirmed" || wait === 0) return EXIT_CODES.ok;
  if (operation.state !== "superseded")
    terminal.complain(`not confirmed within ${wait} s; it goes on: troupe operation ${operation.id}`);
  return EXIT_CODES.failed;
}

/** Refused here, with what is wrong, rather than by the supervisor. */
function checked(kind: OperationKind, body: object): object {
  const result = OPERATION_REQUESTS[kind].safeParse(body);
  if (result.success) return body;
  const problems = problemsOf(result.error, body);
  throw new TroupeError("invalid_request", `wrong arguments for ${kind}`, { details: { problems } });
}

function operationCommand(cli: Cli, kind: OperationKind, command: Command, bodyOf: BodyOf): Command {
  const withOptions = withAddress(command)
    .option("--reason <text>", "why; it is recorded with the event")
    .option("--wait <seconds>", "how long to wait for the nodes' word; 0 only asks (60)");
  return runs(cli, withOptions, {
    options: Options,
    run: (scope, options, args) => operate(kind, bodyOf, scope, options, args),
  });
}

export const migrateCommand = (cli: Cli): Command =>
  operationCommand(
    cli,
    "migrate",
    newCommand("migrate")
      .argument("<replica>", "role and number: router/0")
      .requiredOption("--to <node>", "the node that it is to run on"),
    ([replica], { to }) => ({ replica, to }),
  );

export const pauseCommand = (cli: Cli): Command =>
  operationCommand(cli, "pause", newCommand("pause").argument("<role>"), ([role]) => ({ role }));

export const resumeCommand = (cli: Cli): Command =>
  operationCommand(cli, "resume", newCommand("resume").argument("<role>"), ([role]) => ({ role }));

export const scaleCommand = (cli: Cli): Command =>
  operationCommand(cli, "scale", newCommand("scale").argument("<role>").argument("<replicas>"), ([role, replicas]) => ({
    role,
    // What is no number is refused as it was written.
    replicas: /^\d+$/.test(replicas ?? "") ? Number(replicas) : replicas,
  }));

export const restartCommand = (cli: Cli): Command =>
  operationCommand(
    cli,
    "restart",
    newCommand("restart").argument("<target>", "a role, or one of its replicas: router/0"),
    ([target]) => ({ target }),
  );

export const stopCommand = (cli: Cli): Command =>
  operationCommand(cli, "stop", newCommand("stop").argument("<replica>", "role and number: router/0"), ([replica]) => ({
    replica,
  }));

export const drainCommand = (cli: Cli): Command =>
  operationCommand(
    cli,
    "drain",
    newCommand("drain")
      .argument("<node>")
      .option("--limit <seconds>", "how long it may finish what it runs; default: the node's own limit"),
    ([node], { limit }) => ({ node, ...(limit === undefined ? {} : { limit_ms: Math.round(limit * 1_000) }) }),
  );
