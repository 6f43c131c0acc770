/**
 * Gives back at once what a lost node held: every delivery that no live node says it holds is NAKed for it (DESIGN §7). Safe on mere
 * suspicion: a NAK of a message that is not pending does nothing, and a wrong one costs a take-over, never a wrong result.
 */
import {
  callService,
  Held,
  handBackSubject,
  type Link,
  type Logger,
  messageOf,
  type Subjects,
} from "@troupe/runtime/internal";
import type { QueueReader } from "../queues/queue-reader.ts";
import { outstanding } from "./outstanding.ts";

const HELD_TIMEOUT_MS = 1_000;
/** For nodes that are suspect themselves: if they answer, they hold what they say; if not, nobody waits for them. */
const SUSPECT_TIMEOUT_MS = 150;

/** Sequences to give back: those that may be outstanding, without the ones that somebody alive holds. */
export function toGiveBack(candidates: readonly number[], held: readonly (readonly number[])[]): readonly number[] {
  const kept = new Set(held.flat());
  return candidates.filter((sequence) => !kept.has(sequence));
}

export interface GiveBackOptions {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly queues: QueueReader;
  readonly logger: Logger;
}

/** Whom to ask what they hold. */
export interface Holders {
  /** All of them must answer. */
  readonly live: readonly string[];
  /** Those that answer are believed. A wrongly suspected node so keeps what it has. */
  readonly suspect: readonly string[];
}

/**
 * Gives back what nobody holds. Returns how many deliveries were named, or `undefined` when a live node did not tell what it
 * holds: then nothing is done, and `ack_wait` gives back.
 */
export async function giveBack(options: GiveBackOptions, { live, suspect }: Holders): Promise<number | undefined> {
  const { link, subjects, queues, logger } = options;
  // The queues before the nodes: what was delivered up to here is held by one of them, dealt with, or lost.
  const busy = (await queues.read()).filter((queue) => queue.inFlight > 0);
  if (busy.length === 0) return 0;
  let answers: readonly Held[];
  try {
    const doubtful = suspect.map((node) => askHeld(link, subjects, node, SUSPECT_TIMEOUT_MS).catch(() => undefined));
    const certain = await Promise.all(live.map((node) => askHeld(link, subjects, node, HELD_TIMEOUT_MS)));
    answers = [...certain, ...(await Promise.all(doubtful)).filter((answer) => answer !== undefined)];
  } catch (error) {
    logger.warn({ reason: messageOf(error) }, "a live node did not say what it holds");
    return undefined;
  }
  const named = busy.map(async (queue) => {
    const stream = subjects.logStream(queue.shard);
    const held = answers.map((answer) => answer.held[queue.durable] ?? []);
    const lost = toGiveBack(await outstanding(link, stream, queue), held);
    for (const sequence of lost)
      link.nc.publish(handBackSubject(stream, queue.durable, sequence, queue.consumerSequence), "-NAK");
    return lost.length;
  });
  return (await Promise.all(named)).reduce((sum, count) => sum + count, 0);
}

async function askHeld(link: Link, subjects: Subjects, node: string, timeoutMs: number): Promise<Held> {
  return Held.parse(await callService(link, subjects.node(node, "held"), "", { timeoutMs, ifLost: "unavailable" }));
}
