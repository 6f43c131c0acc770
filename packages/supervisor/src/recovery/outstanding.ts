import { directGetNext, type Link } from "@troupe/runtime/internal";
import type { QueueState } from "../queues/queue-reader.ts";

/** A part of a stream, ends included. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** Records of the log at either end that are looked at: the oldest that is outstanding is the first, and most of the others are the newest. */
const RECORDS_AT_AN_END = 8_192;
/** Windows at either end, which are looked through at once. */
const WINDOWS_AT_AN_END = 4;

/**
 * Where a mailbox's outstanding messages may lie: from its ack floor to its last delivery, or both ends of that where it is long, in windows of
 * equal size that do not overlap. Pure.
 */
export function windowsOf({ ackedUpTo, deliveredUpTo }: Pick<QueueState, "ackedUpTo" | "deliveredUpTo">): Window[] {
  const from = ackedUpTo + 1;
  if (deliveredUpTo < from) return [];
  const isLong = deliveredUpTo - ackedUpTo > 2 * RECORDS_AT_AN_END;
  if (!isLong) return split({ from, to: deliveredUpTo }, 2 * WINDOWS_AT_AN_END);
  return [
    ...split({ from, to: ackedUpTo + RECORDS_AT_AN_END }, WINDOWS_AT_AN_END),
    ...split({ from: deliveredUpTo - RECORDS_AT_AN_END + 1, to: deliveredUpTo }, WINDOWS_AT_AN_END),
  ];
}

function split({ from, to }: Window, parts: number): Window[] {
  const size = Math.ceil((to - from + 1) / parts);
  const windows: Window[] = [];
  for (let start = from; start <= to; start += size) windows.push({ from: start, to: Math.min(to, start + size - 1) });
  return windows;
}

/**
 * Sequences of the mailbox's messages that may be outstanding, in their order; those in the middle of a long stretch are left to `ack_wait`.
 * One by one in each window: a batched read would lock the log for as long as it holds many tasks. Throws `unavailable`.
 */
export async function outstanding(link: Link, stream: string, queue: QueueState): Promise<readonly number[]> {
  const found = await Promise.all(windowsOf(queue).map((window) => messagesIn(link, stream, queue.filter, window)));
  return found.flat();
}

async function messagesIn(link: Link, stream: string, filter: string, { from, to }: Window): Promise<number[]> {
  const sequences: number[] = [];
  for (let next = from; next <= to; ) {
    const message = await directGetNext(link, stream, filter, next);
    if (message === undefined || message.sequence > to) break;
    sequences.push(message.sequence);
    next = message.sequence + 1;
  }
  return sequences;
}
