import { type ClusterHealth, callService, Subjects } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { reach } from "../reach.ts";
import { seconds } from "../task/summary.ts";
import type { Paint } from "../terminal.ts";

const Options = AddressOptions.extend({ json: z.boolean().default(false) });

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
  oldest_message_ms: count.nullable(),
  alerts: z.array(z.object({ name: z.string(), since: z.string(), text: z.string() })),
  supervisor: z.object({ id: z.string(), epoch: count, since: z.string() }),
});

async function showStatus(scope: Scope, options: z.infer<typeof Options>): Promise<ExitCode> {
  const answer = await reach(scope, options, "client", ({ link, address }) =>
    callService(link, new Subjects(address.system).supervisor("health"), undefined, { ifLost: "unavailable" }),
  );
  const { terminal } = scope;
  if (options.json) terminal.print(JSON.stringify(answer));
  else for (const line of statusLines(Health.parse(answer), terminal.paint)) terminal.print(line);
  return EXIT_CODES.ok;
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
  const command = withAddress(newCommand("status", "how the cluster is: nodes, actors, queues, alerts"));
  return runs(cli, command, { options: Options, run: showStatus });
}
