import { BUCKETS, type Deployment, isVersion, type Link, STREAMS, Subjects } from "@troupe/runtime/internal";
import { mailboxesOf } from "@troupe/supervisor/internal";
import { z } from "zod";
import { type Check, type Finding, ok, warning } from "./check.ts";
import { askJetStream } from "./stream-info.ts";

const PAGE = 256;
const Names = z.looseObject({ total: z.number(), streams: z.array(z.string()).nullish() });
const Consumers = z.looseObject({
  total: z.number(),
  consumers: z
    .array(z.looseObject({ name: z.string(), config: z.looseObject({ durable_name: z.string().optional() }) }))
    .nullish(),
});

export async function streamNames(link: Link): Promise<readonly string[]> {
  const names: string[] = [];
  for (let total = 1; names.length < total; ) {
    const page = Names.parse(await askJetStream(link, "STREAM.NAMES", { offset: names.length }));
    names.push(...(page.streams ?? []));
    total = page.streams?.length ? page.total : 0;
  }
  return names;
}

async function durablesOf(link: Link, stream: string): Promise<readonly string[]> {
  const durables: string[] = [];
  for (let offset = 0, total = 1; offset < total; offset += PAGE) {
    const page = Consumers.parse(await askJetStream(link, `CONSUMER.LIST.${stream}`, { offset }));
    durables.push(...(page.consumers ?? []).flatMap(({ config }) => config.durable_name ?? []));
    total = page.total;
  }
  return durables;
}

/** How many shards the log has: their numbers begin at 0 and leave none out. */
export function shardsOf(names: readonly string[], subjects: Subjects): number {
  let shards = 0;
  while (names.includes(subjects.logStream(shards))) shards++;
  return shards;
}

/** Shards of the log, and buckets, that bear a system's name and belong to nothing of it. Pure. */
export function strayStreams(names: readonly string[], subjects: Subjects, shards: number): readonly string[] {
  const own = new Set([
    ...Array.from({ length: shards }, (_, shard) => subjects.logStream(shard)),
    ...STREAMS.map((name) => subjects.stream(name)),
    ...BUCKETS.map((name) => subjects.bucketStream(name)),
  ]);
  const log = subjects.logStream(0).slice(0, -"0".length);
  const bucket = subjects.bucketStream("desired").slice(0, -"desired".length);
  const isNamedSo = (name: string) =>
    (name.startsWith(log) && /^\d+$/.test(name.slice(log.length))) || name.startsWith(bucket);
  return names.filter((name) => isNamedSo(name) && !own.has(name));
}

/** Durables of the log that no version reads from that runs or drains. Pure. */
export function strayDurables(
  durables: readonly string[],
  deployments: readonly Deployment[],
  subjects: Subjects,
): readonly string[] {
  const wanted = new Set(
    deployments.flatMap((deployment) => {
      const { version } = deployment;
      return isVersion(version) ? mailboxesOf(deployment).map((mailbox) => subjects.durable(version, mailbox)) : [];
    }),
  );
  return durables.filter((name) => !wanted.has(name));
}

export function judgeStrays(streams: readonly string[], durables: readonly string[]): Finding {
  if (streams.length === 0 && durables.length === 0) return ok("no stream or consumer is left over");
  const parts = [
    ...(streams.length > 0 ? [`streams ${streams.slice(0, 5).join(", ")}`] : []),
    ...(durables.length > 0 ? [`consumers of the log ${durables.slice(0, 5).join(", ")}`] : []),
  ];
  return warning(`${streams.length + durables.length} left over: ${parts.join("; ")}`, {
    why: "a consumer that nobody reads from keeps its messages pending, and shows as a queue that grows for ever",
    remedy:
      "make sure that nothing of yours uses them, then `nats consumer rm <stream> <consumer>`, `nats stream rm <stream>`",
  });
}

/** Streams and consumers that belong to no version that runs or drains. */
export function straysCheck(link: Link, system: string, deployments: readonly Deployment[], shards: number): Check {
  return {
    name: "left-overs",
    run: async () => {
      const subjects = new Subjects(system);
      const durables: string[] = [];
      for (let shard = 0; shard < shards; shard++)
        durables.push(...(await durablesOf(link, subjects.logStream(shard))));
      const streams = strayStreams(await streamNames(link), subjects, shards);
      return judgeStrays(streams, strayDurables([...new Set(durables)], deployments, subjects));
    },
  };
}
