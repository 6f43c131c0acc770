import type { History, HistoryRecord, TaskHistory } from "./history.ts";

/** One kill: which node was struck, and when (ms since 1970). */
export interface Kill {
  readonly node: string;
  readonly atMs: number;
  /** When the struck processes went on; tasks that begin afterwards have nothing to do with it. */
  readonly thawedAtMs?: number;
}

/** What the log says of the hops that one kill struck. */
export interface TakeOvers {
  /** For each hop that somebody else took over: how long after the kill, ms. */
  readonly delaysMs: readonly number[];
  /** Hops that were taken from a node that was well. */
  readonly needless: number;
}

const isClaim = ({ at }: HistoryRecord) => at.name.class === "c" && at.name.kind === "claim";

/** The first claim of each hop after the kill. A hop of which another node than the struck one wrote the last record needed none. */
export function takeOversAfter(history: History, kill: Kill): TakeOvers {
  const delaysMs: number[] = [];
  let needless = 0;
  const isOfBefore = ({ start }: TaskHistory) =>
    (start?.storedAtMs ?? 0) < (kill.thawedAtMs ?? Number.POSITIVE_INFINITY);
  for (const { own } of [...history.tasks.values()].filter(isOfBefore).flatMap((task) => task.hops)) {
    const index = own.findIndex((record) => isClaim(record) && record.storedAtMs >= kill.atMs);
    const claim = own[index];
    if (!claim) continue;
    const holder = own[index - 1]?.header.writer?.node;
    if (holder !== undefined && holder !== kill.node) needless++;
    else delaysMs.push(claim.storedAtMs - kill.atMs);
  }
  return { delaysMs, needless };
}
