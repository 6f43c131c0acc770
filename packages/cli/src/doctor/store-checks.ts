import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { messageOf } from "@troupe/runtime";
import { type Link, requireAsAsked, Subjects, streamSpecs } from "@troupe/runtime/internal";
import { type Check, type Finding, failed, ok, skipped, warning } from "./check.ts";
import { streamNames } from "./stray-checks.ts";
import { type StreamInfo, streamInfo } from "./stream-info.ts";

/** A system's store, as it was made. */
export interface StoreShape {
  readonly system: string;
  readonly shards: number;
}

const namesOf = ({ system, shards }: StoreShape): readonly string[] =>
  streamSpecs({ subjects: new Subjects(system), shards }).map(({ name }) => name);

/** The system's streams that are there. */
async function infos(link: Link, store: StoreShape): Promise<readonly StreamInfo[]> {
  const there = new Set(await streamNames(link));
  return Promise.all(
    namesOf(store)
      .filter((name) => there.has(name))
      .map((name) => streamInfo(link, name)),
  );
}

/** What of a system's store is not there; `undefined` when all of it is. Pure. */
export function judgeMissing(store: StoreShape, there: readonly string[]): Finding | undefined {
  const asked = namesOf(store);
  const missing = asked.filter((name) => !there.includes(name));
  if (missing.length === 0) return undefined;
  if (missing.length === asked.length)
    return failed(`this server has no store of the system ${store.system}`, {
      why: "tasks, deployments and what nodes know of each other are kept there",
      remedy: `\`troupe supervisor\` makes it; or name the system that runs here with --system`,
    });
  return failed(`${missing.length} streams and buckets are not there: ${missing.slice(0, 5).join(", ")}`, {
    why: "what they held is lost, and whoever reads or writes it fails",
    remedy: "stop the supervisor and start it again (`troupe supervisor`): it makes what is missing, empty",
  });
}

/** Whether every stream and bucket has the settings that were asked for, and how much the task log holds. */
export function storeCheck(link: Link, store: StoreShape): Check {
  const { system, shards } = store;
  return {
    name: "store",
    run: async () => {
      const missing = judgeMissing(store, await streamNames(link));
      if (missing) return missing;
      const subjects = new Subjects(system);
      const log = await streamInfo(link, subjects.logStream(0));
      const specs = streamSpecs({ subjects, shards, replicas: log.config.num_replicas });
      try {
        for (const spec of specs)
          requireAsAsked(`stream ${spec.name}`, spec, (await streamInfo(link, spec.name)).config);
      } catch (error) {
        return failed(messageOf(error), {
          why: "what keeps tasks safe rests on these settings: records that cannot be overwritten, and that nobody purges",
          remedy:
            "run the version of Troupe, and the settings, that made this store; what somebody changed by hand is put back with `nats stream edit`",
        });
      }
      const { messages, bytes } = log.state;
      const size = `${messages} records, ${(bytes / 1024 ** 2).toFixed(1)} MiB`;
      return ok(`${specs.length} streams and buckets as asked for, R${log.config.num_replicas}; task log ${size}`);
    },
  };
}

/** What durability is judged by besides the streams themselves. */
export interface DurabilityFacts {
  readonly isProduction: boolean;
  /** Whether the server syncs each write to its disk; `undefined` where nobody here knows. */
  readonly isSynced: boolean | undefined;
}

/** How many copies each stream has, whether all of them are there, and whether a power cut could cost records. */
export const copiesCheck = (link: Link, store: StoreShape, facts: DurabilityFacts): Check => ({
  name: "durability",
  run: async () => judgeCopies(await infos(link, store), facts),
});

/** Whether the server whose configuration lies beside these keys syncs each write; `undefined` when there is none. */
export async function isSyncedBeside(keysFile: string | undefined): Promise<boolean | undefined> {
  if (keysFile === undefined) return undefined;
  const text = await readFile(join(dirname(keysFile), "nats-server.conf"), "utf8").catch(() => undefined);
  return text === undefined ? undefined : /^[ \t]*sync_interval:[ \t]*"?always"?[ \t]*$/m.test(text);
}

/** Judges what a crash could cost: of one server's machine, or of one more server. Pure. */
export function judgeCopies(streams: readonly StreamInfo[], { isProduction, isSynced }: DurabilityFacts): Finding {
  const behind = streams.flatMap(({ config, cluster }) =>
    (cluster?.replicas ?? [])
      .filter(({ current, offline }) => !current || offline === true)
      .map(({ name }) => `${config.name} on ${name}`),
  );
  if (behind.length > 0)
    return failed(`${behind.length} copies are offline or behind: ${behind.slice(0, 5).join(", ")}`, {
      why: "with one copy less the next server that fails may stop every write",
      remedy: "bring that server back, and let it catch up: `nats stream report`, the server's log",
    });
  if (streams.length === 0) return skipped("there is no store to look at");
  const fewest = Math.min(...streams.map(({ config }) => config.num_replicas));
  if (fewest >= 3) return ok(`R${fewest}: every copy is there and current`);
  const text = `R${fewest}: ${fewest === 1 ? "one copy" : `${fewest} copies`} of each record`;
  if (isSynced === true) return ok(`${text}, each synced to disk before it counts`);
  if (!isProduction) return ok(`${text}; fine for development`);
  return warning(text, {
    why: "a lost disk is a lost system, and after a power cut the last two minutes may be missing, unless the server syncs each write",
    remedy: "three servers and `troupe supervisor --replicas 3`; on one server at least `sync_interval: always`",
  });
}

/** Whether a stream with a limit comes near it. */
export const roomCheck = (link: Link, store: StoreShape): Check => ({
  name: "room",
  run: async () => judgeRoom(await infos(link, store)),
});

const NEARLY_FULL = 0.8;
const FULL = 0.95;

/** Judges the fullest of the streams that refuse what does not fit; those that drop their oldest may well be full. Pure. */
export function judgeRoom(streams: readonly StreamInfo[]): Finding {
  const limited = streams.filter(({ config }) => config.max_bytes > 0 && config.discard === "new");
  const [fullest] = limited
    .map(({ config, state }) => ({ name: config.name, share: state.bytes / config.max_bytes }))
    .toSorted((a, b) => b.share - a.share);
  if (!fullest) return ok("no stream has a limit of its own");
  const text = `${fullest.name} is ${Math.round(fullest.share * 100)} % full`;
  const advice = {
    why: "what does not fit is refused: a full ingress or log closes the door",
    remedy: "find out why it grows (`troupe queues`, `troupe tasks`), or raise its limit (`nats stream edit`)",
  };
  if (fullest.share >= FULL) return failed(text, advice);
  return fullest.share >= NEARLY_FULL ? warning(text, advice) : ok(text);
}

/** Instead of those above when the store cannot be seen with these rights. */
export const storeUnseen = (): Check => ({
  name: "store",
  run: async () => skipped("this user of the server sees no streams; the operator does: --keys FILE"),
});
