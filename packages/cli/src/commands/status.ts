import { type ClusterHealth, callService, messageOf, rfc3339, Subjects } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { type Reached, reach } from "../reach.ts";
import { seconds } from "../task/summary.ts";
import type { Paint } from "../terminal.ts";

const Options = AddressOptions.extend({
  json: z.boolean().default(false),
  watch: z.boolean().default(false),
  every: z.coerce.number().min(0.2).max(3_600).default(1),
});
type Options = z.infer<typeof Options>;

const count = z.number();
/** What is shown of `<sys>.supervisor.health`; a newer supervisor may say more. */
const Health: z.ZodType<ClusterHealth> = z.looseObject({
  status: z.enum(["healthy", "degraded", "critical"]),
  reasons: z.array(z.string()),
  system: z.string(),
  version: z.string().nullable(),
  nodes: z.object({ total: count, up: count, suspect: count, dead: count, draining: count }),
  actors: z.object({ total: count, available: count, busy: count, unavailable: count }),
  mean_load: count,
  queues: z.record(z.string(), z.object({ waiting: count, in_flight: count })),
  tasks_in_flight: count,
  dependencies: z.array(
    z.object({
      kind: z.enum(["model", "cache"]),
      name: z.string(),
      up: z.boolean(),
      down_on: z.array(z.string()),
      reason: z.string().nullable(),
    }),
  ),
  oldest_message_ms: count.nullable(),
  alerts: z.array(z.object({ name: z.string(), since: z.string(), text: z.string() })),
  supervisor: z.object({ id: z.string(), epoch: count, since: z.string() }),
});

function showStatus(scope: Scope, options: Options): Promise<ExitCode> {
  return reach(scope, options, "client", async (reached) => {
    if (options.watch) return watchStatus(scope, options, reached);
    show(scope, options, await askHealth(reached));
    return EXIT_CODES.ok;
  });
}

const askHealth = ({ link, address }: Reached): Promise<unknown> =>
  callService(link, new Subjects(address.system).supervisor("health"), undefined, { ifLost: "unavailable" });

function show({ terminal }: Scope, { json }: Options, answer: unknown): void {
  if (json) terminal.print(JSON.stringify(answer));
  else for (const line of statusLines(Health.parse(answer), terminal.paint)) terminal.print(line);
}

/** Again and again until Ctrl-C; while nobody answers it says so and asks on. */
async function watchStatus(scope: Scope, options: Options, reached: Reached): Promise<ExitCode> {
  const { terminal, clock, interrupted } = scope;
  while (!interrupted.aborted) {
    const answer = await askHealth(reached).catch((error: unknown) => messageOf(error));
    if (!options.json) terminal.clear();
    if (typeof answer === "string") terminal.complain(`no answer: ${answer}`);
    else {
      if (!options.json) terminal.print(terminal.paint("dim", rfc3339(clock.nowMs())));
      show(scope, options, answer);
    }
    // The only rejection is that of Ctrl-C, which ends the loop.
    await clock.sleep(options.every * 1_000, interrupted).catch(() => undefined);
  }
  return EXIT_CODES.interrupted;
}

const COLOURS = { healthy: "green", degraded: "yellow", critical: "red" } as const;

/** The cluster as people read it. */
export function statusLines(health: ClusterHealth, paint: Paint): readonly string[] {
  const { nodes, actors, supervisor } = health;
  const others = [
    [nodes.suspect, "suspect"],
    [nodes.draining, "draining"],
    [nodes.dead, "dead"],
  ].flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}`]));
  const oldest = health.oldest_message_ms === null ? "" : `, oldest message waits ${seconds(health.oldest_message_ms)}`;
  return [
    `${paint("bold", health.system)}  ${paint(COLOURS[health.status], health.status)}  version ${health.version ?? "none"}`,
    ...health.reasons.map((reason) => `  ${reason}`),
    `nodes       ${[`${nodes.up} up`, ...others].join(", ")}`,
    `actors      ${actors.available} available, ${actors.busy} busy, ${actors.unavailable} unavailable of ${actors.total}`,
    `load        ${Math.round(health.mean_load * 100)} %`,
    `tasks       ${health.tasks_in_flight} in flight${oldest}`,
    ...queueLines(health.queues),
    ...health.alerts.map((alert) => paint("yellow", `alert       ${alert.name}: ${alert.text}`)),
    paint("dim", `supervisor  ${supervisor.id}, epoch ${supervisor.epoch}, since ${supervisor.since}`),
  ];
}

function queueLines(queues: ClusterHealth["queues"]): readonly string[] {
  const used = Object.entries(queues).filter(([, queue]) => queue.waiting + queue.in_flight > 0);
  return used.map(([name, queue]) => `  ${name.padEnd(14)} ${queue.waiting} waiting, ${queue.in_flight} in flight`);
}

export function statusCommand(cli: Cli): Command {
  const command = withAddress(newCommand("status"))
    .option("--watch", "again and again, until Ctrl-C")
    .option("--every <seconds>", "with --watch: how often (1)");
  return runs(cli, command, { options: Options, run: showStatus });
}
