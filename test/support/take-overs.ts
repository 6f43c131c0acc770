import type { History, HistoryRecord, HopHistory, TaskHistory } from "./history.ts";

/** One kill: which node was struck, and when (ms since 1970). */
export interface Kill {
  readonly node: string;
  readonly atMs: number;
  /** When the struck processes went on; tasks that begin afterwards have nothing to do with it. */
  readonly thawedAtMs?: number;
}

/** What the log says of the hops that one kill struck. */
export interface TakeOvers {
  /**
   * For each hop that somebody else took over: how long after the kill, ms. A hop that waited for an answer was nobody's work: it counts
   * from the answer on.
   */
  readonly delaysMs: readonly number[];
  /** Hops that were taken from a node that was well. */
  readonly needless: number;
}

const isClaim = ({ at }: HistoryRecord) => at.name.class === "c" && at.name.kind === "claim";
const isWait = ({ at }: HistoryRecord) => at.name.class === "c" && at.name.kind === "wait";

/** When the hop's claim at `index` was due: with the kill, or with the answer that ended its wait after the kill. */
function dueMs({ records }: TaskHistory, { hop, own }: HopHistory, index: number, kill: Kill): number {
  const before = own[index - 1];
  const claim = own[index];
  if (!before || !claim || !isWait(before)) return kill.atMs;
  const answers = records.filter(
    ({ header, sequence }) =>
      header.passport?.parent === hop && sequence > before.sequence && sequence < claim.sequence,
  );
  return Math.max(kill.atMs, ...answers.filter((r) => r.at.name.kind === "reply").map((r) => r.storedAtMs));
}

/** The first claim of each hop after the kill. A hop of which another node than the struck one wrote the last record needed none. */
export function takeOversAfter(history: History, kill: Kill): TakeOvers {
  const delaysMs: number[] = [];
  let needless = 0;
  const isOfBefore = ({ start }: TaskHistory) =>
    (start?.storedAtMs ?? 0) < (kill.thawedAtMs ?? Number.POSITIVE_INFINITY);
  for (const task of [...history.tasks.values()].filter(isOfBefore)) {
    for (const hop of task.hops) {
      const index = hop.own.findIndex((record) => isClaim(record) && record.storedAtMs >= kill.atMs);
      const claim = hop.own[index];
      if (!claim) continue;
      const holder = hop.own[index - 1]?.header.writer?.node;
      if (holder !== undefined && holder !== kill.node) needless++;
      else delaysMs.push(claim.storedAtMs - dueMs(task, hop, index, kill));
    }
  }
  return { delaysMs, needless };
}
