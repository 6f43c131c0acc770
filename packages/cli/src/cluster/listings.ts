/** What the supervisor's read verbs answer, as lines for people. A newer supervisor may say more. */
import { z } from "zod";
import { columns } from "./columns.ts";

const count = z.number();

const Nodes = z.looseObject({
  nodes: z.array(
    z.looseObject({
      node: z.string(),
      status: z.string(),
      since: z.string(),
      reason: z.string(),
      labels: z.record(z.string(), z.string()),
      capabilities: z.array(z.string()),
      slots: count,
      busy: count,
      memory_bytes: count.nullable(),
      actors: count,
    }),
  ),
});

export function nodeLines(answer: unknown, width?: number): readonly string[] {
  const { nodes } = Nodes.parse(answer);
  if (nodes.length === 0) return ["no node has joined"];
  const rows = nodes.map((one) => [
    one.node,
    one.status,
    String(one.actors),
    `${one.busy}/${one.slots}`,
    one.memory_bytes === null ? "-" : `${Math.round(one.memory_bytes / 1024 / 1024)} MiB`,
    [...Object.entries(one.labels).map(([label, value]) => `${label}=${value}`), ...one.capabilities].join(" ") || "-",
    `${one.reason}, ${one.since}`,
  ]);
  return columns([["node", "state", "actors", "busy", "memory", "labels", "since"], ...rows], width);
}

const Actors = z.looseObject({
  actors: z.array(
    z.looseObject({
      id: z.string(),
      node: z.string().nullable(),
      state: z.string(),
      health: z.string().optional(),
      in_flight: count.optional(),
      load: z.number().optional(),
      done: count.optional(),
      failed: count.optional(),
      mean_ms: count.optional(),
      reason: z.string().optional(),
    }),
  ),
});

const number = (value: number | undefined): string => (value === undefined ? "-" : String(value));

export function actorLines(answer: unknown, width?: number): readonly string[] {
  const { actors } = Actors.parse(answer);
  if (actors.length === 0) return ["no actor is to run"];
  const rows = actors.map((one) => [
    one.id,
    one.node ?? "-",
    one.state,
    one.health ?? "-",
    number(one.in_flight),
    one.load === undefined ? "-" : `${Math.round(one.load * 100)} %`,
    number(one.done),
    number(one.failed),
    one.mean_ms === undefined ? "-" : `${Math.round(one.mean_ms)} ms`,
    one.reason ?? "",
  ]);
  return columns([["actor", "node", "state", "health", "runs", "load", "done", "failed", "mean", ""], ...rows], width);
}

const Queues = z.looseObject({
  queues: z.array(
    z.looseObject({ mailbox: z.string(), version: z.string(), shard: count, waiting: count, in_flight: count }),
  ),
  oldest_message_ms: count.nullable(),
});

export function queueLines(answer: unknown, width?: number): readonly string[] {
  const { queues, oldest_message_ms: oldestMs } = Queues.parse(answer);
  const rows = queues.map((one) => [
    one.mailbox,
    one.version,
    String(one.shard),
    String(one.waiting),
    String(one.in_flight),
  ]);
  const oldest = oldestMs === null ? [] : [`the oldest message has waited for ${Math.round(oldestMs / 100) / 10} s`];
  return [...columns([["mailbox", "version", "shard", "waiting", "in flight"], ...rows], width), ...oldest];
}

const Placed = z.looseObject({
  replicas: z.array(z.looseObject({ id: z.string(), node: z.string(), reason: z.string(), at: z.string().nullable() })),
  unplaced: z.array(
    z.looseObject({
      version: z.string(),
      role: z.string(),
      variant: z.string().nullable(),
      index: count,
      reason: z.string(),
    }),
  ),
});

export function placementLines(answer: unknown, width?: number): readonly string[] {
  const { replicas, unplaced } = Placed.parse(answer);
  const placed = replicas.map((one) => [one.id, one.node, one.reason]);
  const homeless = unplaced.map((one) => [
    `${one.version}/${one.role}${one.variant === null ? "" : `_${one.variant}`}/${one.index}`,
    "no place",
    one.reason,
  ]);
  return columns([["replica", "node", "why"], ...placed, ...homeless], width);
}
