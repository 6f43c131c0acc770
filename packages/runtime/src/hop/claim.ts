/**
 * Take-over and continuation: claim first, fenced with what was read, and only then read the journal. Before the claim somebody else may
 * still add to it.
 */

import { type ClaimBody, type GotBody, WaitBody } from "../contracts/bodies.ts";
import { formatRecordName, type RecordName } from "../contracts/record-name.ts";
import type { NewRecord } from "../log/task-log.ts";
import { bytesOf } from "./body.ts";
import type { Execution } from "./execution.ts";
import { traceChain } from "./hop-span.ts";
import { judgeReply } from "./join.ts";
import type { JoinTurn } from "./join-turns.ts";
import { losersOf } from "./losers.ts";
import { readMessage } from "./message.ts";
import { isControl, type OwnRecord } from "./own-record.ts";
import type { Patience } from "./patience.ts";
import { poisonedBy } from "./poison.ts";
import { type Journal, journalOf, parsed, readChain } from "./replay.ts";
import { settleIfDone } from "./settle.ts";
import { JOINED, park } from "./signals.ts";
import { describe, hasMoved } from "./writer.ts";
import { yieldTo } from "./yield.ts";

/**
 * Makes this executor the hop's owner and returns the journal; ends the execution when there is nothing to do. `known` = the record that a
 * refused write was refused for: the claim is fenced with that very one.
 */
export async function takeOver(x: Execution, known?: OwnRecord): Promise<Journal> {
  const turn = x.segment === 0 ? undefined : await x.ports.joins?.enter(`${x.own}${x.segment}`, x.ports.clock);
  x.known = turn?.known;
  // A copy bears another subject than what it is a copy of.
  if (!x.message.isAgain) x.known?.addReply(x.message.record);
  try {
    const own = await lookAndClaim(x, known ?? turn?.known.last, turn);
    turn?.leave();
    return await continueFrom(x, own);
  } finally {
    turn?.leave();
  }
}

/** Returns the claim. `known` = the last own record, as far as it is known without reading. */
async function lookAndClaim(
  x: Execution,
  known: OwnRecord | undefined,
  turn: JoinTurn | undefined,
): Promise<OwnRecord> {
  const patience = x.patience();
  let given = known;
  for (;;) {
    const last = given ?? (await x.readLast());
    given = undefined;
    const verdict = await judge(x, last);
    if (verdict.kind === "stale") {
      await patience.again(`wait ${x.segment} of hop ${x.place.hop} cannot be read`);
    } else if (verdict.kind === "got" && last !== undefined) {
      await recordReply(x, last, verdict.body, patience);
    } else {
      await setApart(x, last, turn);
      const claimed = await claim(x, last, patience);
      if (claimed.isStored) return claimed.own;
      given = claimed.known;
    }
  }
}

/** Before the claim: should the process die of another one first, this message has nothing to do with it. */
async function setApart(x: Execution, last: OwnRecord | undefined, turn: JoinTurn | undefined): Promise<void> {
  const { suspects } = x.ports;
  if (!suspects || !last || x.leaveSuspects || !isControl(last.name, "claim")) return;
  if (!x.ports.isDead(last.writer.node, last.writer.incarnation)) return;
  // The one before it may wait for the same join.
  turn?.leave();
  x.leaveSuspects = await suspects.enter();
}

async function judge(x: Execution, last: OwnRecord | undefined) {
  if (x.segment > 0) return judgeReply(x, last);
  if (last !== undefined) await settleIfDone(x, last);
  return { kind: "claim" } as const;
}

/** Writes `c.got.<index>` and ends; returns when the fence moved, to judge the new chain. A `got` is no claim: it repeats the last one's number. */
async function recordReply(x: Execution, last: OwnRecord, body: GotBody, patience: Patience): Promise<void> {
  const name: RecordName = { class: "c", kind: "got", to: String(body.index) };
  const record = ownRecord(x, name, last.writer.claim, last, bytesOf(JSON.stringify(body)));
  for (;;) {
    const outcome = await x.append(record, { filter: x.own, sequence: last.record.sequence });
    if (outcome.kind === "stored") {
      stored(x, name, record, outcome.sequence);
      throw JOINED;
    }
    await patience.again(describe(record, outcome));
    if (hasMoved(outcome)) return;
  }
}

type Claimed =
  | { readonly isStored: true; readonly own: OwnRecord }
  /** `known` = claim again, fenced with it; else judge the chain anew. */
  | { readonly isStored: false; readonly known?: OwnRecord };

async function claim(x: Execution, last: OwnRecord | undefined, patience: Patience): Promise<Claimed> {
  const number = (last?.writer.claim ?? 0) + 1;
  const name: RecordName = { class: "c", kind: "claim", to: String(number) };
  const record = ownRecord(x, name, number, last, claimBody(x));
  const sequence = last?.record.sequence ?? x.message.base;
  await x.ports.failpoint?.("before-claim");
  for (;;) {
    const outcome = await x.append(record, { filter: x.own, sequence });
    if (outcome.kind === "stored") return { isStored: true, own: stored(x, name, record, outcome.sequence) };
    if (hasMoved(outcome)) {
      const found = await x.readLast();
      if (found !== undefined && found.record.sequence > sequence) return judgeRival(x, name, record, found);
    }
    await patience.again(describe(record, outcome));
  }
}

const claimBody = ({ message }: Execution): Uint8Array =>
  bytesOf(JSON.stringify({ message: message.subject, delivered: message.record.sequence } satisfies ClaimBody));

/** The claim was refused for `found`. */
async function judgeRival(x: Execution, name: RecordName, record: NewRecord, found: OwnRecord): Promise<Claimed> {
  if (found.writer.nonce === x.nonce && found.label === formatRecordName(name)) {
    return { isStored: true, own: stored(x, name, record, found.record.sequence) };
  }
  if (x.segment > 0 && isStillIn(x.segment, found)) return { isStored: false };
  await settleIfDone(x, found);
  if (found.name.class === "s" && found.writer.claim === x.cursor.claim) return { isStored: false, known: found };
  return yieldTo(x, found);
}

const isStillIn = (segment: number, own: OwnRecord): boolean =>
  isControl(own.name, "wait") ? Number(own.name.to) === segment : own.writer.segment === segment;

function ownRecord(
  x: Execution,
  name: RecordName,
  claimNumber: number,
  last: OwnRecord | undefined,
  body: Uint8Array,
): NewRecord {
  return { subject: x.subject(name), header: { writer: x.writer(claimNumber, last?.label) }, encoding: "json", body };
}

function stored(x: Execution, name: RecordName, record: NewRecord, sequence: number): OwnRecord {
  const label = formatRecordName(name);
  const writer = record.header.writer ?? x.writer(Number(name.to), undefined);
  x.cursor = { sequence, previous: label, claim: writer.claim };
  x.ports.hint(x.place.task);
  const own = { name, label, writer, record: { ...record, sequence, storedAtMs: 0 } };
  x.known?.add(own);
  return own;
}

async function continueFrom(x: Execution, own: OwnRecord): Promise<Journal> {
  await x.ports.failpoint?.("after-claim");
  const chain = await readChain(x, own);
  if (x.segment > 0) await readInput(x, chain);
  if (x.ports.tracer !== undefined || x.segment > 0) traceChain(x, chain);
  const died = poisonedBy(chain, x.segment, (node, incarnation) => x.ports.isDead(node, incarnation));
  if (died) {
    const subject = x.message.subject;
    throw park("poison_message", "two executors died while running this message", { subject, died });
  }
  const journal = journalOf(chain, x.segment);
  if (x.segment > 0) endLosers(x, journal);
  return journal;
}

/** Whoever takes over says it again, which is harmless. */
function endLosers({ ports, role, place, segment }: Execution, { waits, answers }: Journal): void {
  const wait = waits.get(segment);
  const losers = wait && losersOf(wait, answers.get(segment) ?? [], role.subjects);
  if (losers && losers.length > 0) ports.endHops?.(place.task, losers);
}

/** A continuation runs the handler on the hop's first message again; the wait names it. */
async function readInput(x: Execution, chain: readonly OwnRecord[]): Promise<void> {
  const wait = chain.find(({ label }) => label === `c.wait.${x.segment}`);
  if (wait === undefined) throw park("malformed_record", `the chain has no wait ${x.segment}`);
  const { input } = parsed(WaitBody, wait);
  const message = readMessage(await x.readNamed(input), x.role);
  if ("problem" in message || message.hop !== x.place.hop || message.task !== x.place.task) {
    throw park("malformed_record", "the wait names an input that is not this hop's", { subject: input });
  }
  x.input = message;
}
