/**
 * What a reply means to the hop that waits for it. Whether a join is complete is read from the chain of the hop's own records, never from
 * other replies: a replica may not have them yet, and every executor has to come to the same answer.
 */
import { type Awaited, ClaimBody, type GotBody, ReplyBody } from "../contracts/bodies.ts";
import { roleOfMailbox } from "../contracts/names.ts";
import type { StoredRecord } from "../log/task-log.ts";
import { readBody } from "./body.ts";
import type { Execution } from "./execution.ts";
import { KnownRecords } from "./join-turns.ts";
import type { Message } from "./message.ts";
import { isControl, type OwnRecord, segmentAfter } from "./own-record.ts";
import { parsed, readChain } from "./replay.ts";
import { settleIfDone } from "./settle.ts";
import { JOINED } from "./signals.ts";

/** `stale`: the replica has not even the wait yet. `got`: to be recorded, the join goes on. `claim`: the join is complete with it. */
export type ReplyVerdict = { readonly kind: "stale" | "claim" } | { readonly kind: "got"; readonly body: GotBody };

/** Whether a join is over: enough good answers, or too many errors for enough good ones; one that settles, with all answers. Pure. */
export function isJoinOver(
  need: number,
  total: number,
  answers: { readonly good: number; readonly errors: number },
  settles = false,
): boolean {
  if (settles) return answers.good + answers.errors >= total;
  return answers.good >= need || answers.errors > total - need;
}

/** Judges the reply that drives `x` by the hop's last own record. Ends the execution when the reply changes nothing. */
export async function judgeReply(x: Execution, last: OwnRecord | undefined): Promise<ReplyVerdict> {
  if (last === undefined || segmentAfter(last) < x.segment) return { kind: "stale" };
  await settleIfDone(x, last);
  if (isControl(last.name, "wait") || isControl(last.name, "got")) return judgeByChain(x, last);
  // The wait was continued. Only its carrier goes on with it; to every other reply there is nothing left to say.
  const claim = await x.readOwn({ class: "c", kind: "claim", to: String(last.writer.claim) });
  if (parsed(ClaimBody, claim).message !== x.message.subject) throw JOINED;
  return { kind: "claim" };
}

async function judgeByChain(x: Execution, last: OwnRecord): Promise<ReplyVerdict> {
  const chain = await readChain(x, last, `c.wait.${x.segment}`);
  const [first, ...gots] = chain;
  const known = x.known ?? new KnownRecords();
  const wait = first === undefined ? undefined : known.waitOf(first);
  const awaited = wait?.for.find((one) => isAnswerTo(one, x.message));
  if (wait === undefined || awaited === undefined) {
    x.ports.logger.error({ subject: x.message.subject }, "a reply to nothing that this hop waits for");
    throw JOINED;
  }
  const taken = gots.map((got) => known.gotOf(got));
  // The first reply of a call counts; another one is acked unwritten.
  if (taken.some(({ index }) => index === awaited.index)) throw JOINED;
  const isError = "error" in readReply(x.message.record);
  const errors = taken.filter((got) => got.isError).length + (isError ? 1 : 0);
  const good = taken.length + 1 - errors;
  if (isJoinOver(wait.need, wait.for.length, { good, errors }, wait.settles)) return { kind: "claim" };
  return { kind: "got", body: { message: x.message.subject, index: awaited.index, isError } };
}

/** Whether a message answers what is awaited: its hop, its index, and a writer who may. Pure. */
export function isAnswerTo(awaited: Awaited, { callHop, passport, from }: Message): boolean {
  return awaited.hop === callHop && awaited.index === passport.index && mayAnswer(awaited, from);
}

/** Who may answer what is no call. */
const ANSWERERS: Readonly<Record<"timer" | "signal" | "approval", ReadonlySet<string>>> = {
  timer: new Set(["timer"]),
  signal: new Set(["timer", "human", "client"]),
  approval: new Set(["timer", "human"]),
};

function mayAnswer(awaited: Awaited, from: string): boolean {
  if (awaited.type === "call") {
    const isInTime = from === roleOfMailbox(awaited.to) || from === "supervisor";
    return isInTime || (from === "timer" && awaited.afterMs !== undefined);
  }
  return ANSWERERS[awaited.type].has(from);
}

/** The answer in a reply. One that does not parse is an error like any other, the same for every reader. */
export function readReply(record: Pick<StoredRecord, "encoding" | "body">): ReplyBody {
  const body = readBody(ReplyBody, record);
  if (body.ok) return body.value;
  return { error: { code: "malformed_record", message: `the reply does not parse: ${body.reason}` } };
}
