/** For how long nothing was stored of a task, and where: what a fault costs in time. */
import type { HistoryRecord, TaskHistory } from "./history.ts";

/** Longest stretch in which no record of the task was stored, ms of the server's clock. */
export function longestSilence({ records }: TaskHistory): { readonly ms: number; readonly between: string } {
  let longest = { ms: 0, between: "nothing" };
  for (const [index, record] of records.entries()) {
    const before = records[index - 1];
    const ms = record.storedAtMs - (before?.storedAtMs ?? record.storedAtMs);
    if (before !== undefined && ms > longest.ms) longest = { ms, between: `${named(before)} and ${named(record)}` };
  }
  return longest;
}

const named = ({ at: { from, name } }: HistoryRecord): string => `${name.class}.${name.kind}.${name.to} of ${from}`;
