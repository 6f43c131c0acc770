/** For how long nothing was stored of a task, and where: what a fault costs in time. */
import type { HistoryRecord, TaskHistory } from "./history.ts";

/** Longest stretch before its end in which no record of the task was stored, ms of the server's clock. */
export function longestSilence({ records }: TaskHistory): { readonly ms: number; readonly between: string } {
  let longest = { ms: 0, between: "nothing" };
  let before: HistoryRecord | undefined;
  for (const record of records) {
    const ms = before === undefined ? 0 : record.storedAtMs - before.storedAtMs;
    if (before !== undefined && ms > longest.ms) longest = { ms, between: `${named(before)} and ${named(record)}` };
    if (record.at.name.class === "t") return longest;
    before = record;
  }
  return longest;
}

const named = ({ at: { from, name } }: HistoryRecord): string => `${name.class}.${name.kind}.${name.to} of ${from}`;
