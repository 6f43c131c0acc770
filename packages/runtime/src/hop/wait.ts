/**
 * Waiting: the hop commits what it waits for, sends its calls, and leaves memory. Its continuation, on any node, replays the handler and
 * finds here the answers that the join took, in the order in which it took them.
 */
import { z } from "zod";
import type { JoinAnswer, Need, SettledAnswer } from "../actor/context.ts";
import type { Json } from "../actor/outcome.ts";
import type { ApprovalTerms } from "../contracts/approval.ts";
import type { Awaited, WaitBody } from "../contracts/bodies.ts";
import { MAX_BODY_BYTES } from "../contracts/task.ts";
import { type ErrorBody, TroupeError } from "../errors.ts";
import { hopId } from "../ids.ts";
import type { Attempt } from "./attempt.ts";
import { bytesOf, jsonText, mutableJson } from "./body.ts";
import { completeOutputs } from "./complete.ts";
import { refuseCutEdge } from "./cut-edge.ts";
import { requireSameName } from "./effects.ts";
import type { Execution } from "./execution.ts";
import { revive, type StoredError } from "./failure.ts";
import { isAnswerTo, readReply } from "./join.ts";
import { carry, resolveBody } from "./large-body.ts";
import { readMessage } from "./message.ts";
import { sealedCalls, unsealed } from "./sealed-body.ts";
import { Park, park, WAITING } from "./signals.ts";
import { requireAccepted } from "./taint.ts";

/** One thing to wait for, before it has a place in the log. */
export type Asked =
  | { readonly type: "call"; readonly to: string; readonly body: Json; readonly afterMs?: number }
  | { readonly type: "timer"; readonly afterMs: number }
  | { readonly type: "signal"; readonly name: string; readonly afterMs?: number }
  | {
      readonly type: "approval";
      readonly hash: string;
      readonly afterMs?: number;
      readonly terms?: ApprovalTerms;
    };

/** One answer that a join took. `index` is its place among what was asked. */
export interface Answer {
  readonly from: string;
  readonly index: number;
  readonly result: { readonly value: Json } | { readonly error: StoredError };
  /** When it was stored, by the server's clock; ms since 1970. */
  readonly atMs: number;
}

/** How many good answers a join needs. Throws `invalid_request` for a quorum that cannot be. */
export function neededOf(need: Need, total: number): number {
  if (need === "all") return total;
  if (need === "any") return 1;
  const { quorum } = need;
  if (Number.isInteger(quorum) && quorum >= 1 && quorum <= total) return quorum;
  throw new TroupeError("invalid_request", `a quorum of ${quorum} out of ${total} cannot be met`);
}

/** The good answers of a join that was met, or the error of the answer that made it impossible. */
export function joinAnswers(answers: readonly Answer[], needed: number): readonly JoinAnswer[] {
  const good: JoinAnswer[] = [];
  let lastError: StoredError | undefined;
  for (const { from, index, result } of answers) {
    if ("error" in result) lastError = result.error;
    else good.push({ from, index, value: result.value });
  }
  if (lastError !== undefined && good.length < needed) throw revive(lastError);
  return good;
}

/** How many answers a wait is for: so many good ones, or `settled`, one of each, good or not. */
export type WaitNeed = number | "settled";

/** Each answer in the order of what was asked: the value, or the error. */
export function settledAnswers(answers: readonly Answer[]): readonly SettledAnswer[] {
  return answers
    .toSorted((a, b) => a.index - b.index)
    .map(({ from, index, result }) =>
      "error" in result ? { from, index, error: revive(result.error) } : { from, index, value: result.value },
    );
}

/** Waits for so many answers. Call through {@link Attempt.guard} with numbers taken when the handler asked. */
export async function waitFor(attempt: Attempt, wait: number, asked: readonly Awaited[], need: WaitNeed) {
  const recorded = attempt.journal.waits.get(wait);
  const body = need === "settled" ? ({ need: asked.length, settles: true } as const) : { need };
  if (wait > attempt.x.segment) return suspend(attempt, wait, asked, body);
  if (recorded === undefined) throw park("malformed_record", `the chain has no wait ${wait}`);
  requireSameName("wait", wait, signature(recorded.for, recorded), signature(asked, body));
  return answersOf(attempt, wait, recorded);
}

/** Gives what is asked its places: one output index and one hop each. */
export function place(attempt: Attempt, asked: readonly Asked[]): readonly Awaited[] {
  const { role, place: at } = attempt.x;
  return asked.map((one): Awaited => {
    const index = attempt.nextOutput();
    const hop = hopId(role.hopKey, at.task, at.hop, index);
    if (one.type !== "call") return { ...one, hop, index };
    if (one.to === "client" || one.to === "human" || !role.targets.has(one.to)) {
      throw park("illegal_outcome", `${role.role} has no edge to ${one.to}, so it cannot call it`);
    }
    const to = role.mailboxOf(one.to, attempt.x.input.passport.requires);
    const afterMs = one.afterMs === undefined ? {} : { afterMs: one.afterMs };
    return { type: "call", to, body: mutableJson(one.body), hop, index, ...afterMs };
  });
}

/** What must be the same on a replay. */
const signature = (awaited: readonly Awaited[], { need, settles }: Pick<WaitBody, "need" | "settles">): string =>
  `${settles ? "all answers" : need} of ${awaited.map(labelOf).join(", ")}`;

function labelOf(one: Awaited): string {
  if (one.type === "call") return one.to;
  if (one.type === "approval") return `approval ${one.hash.slice(0, 16)}`;
  return one.type === "signal" ? `signal ${one.name}` : one.type;
}

async function suspend(
  attempt: Attempt,
  wait: number,
  asked: readonly Awaited[],
  need: Pick<WaitBody, "need" | "settles">,
): Promise<never> {
  const { x } = attempt;
  await attempt.effectsDone();
  for (const one of asked) if (one.type === "call") refuseCutEdge(x, one.to);
  const body: WaitBody = { ...need, for: await carryCalls(x, asked), input: x.input.subject };
  await x.ports.failpoint?.("before-commit");
  const commit = await attempt.writer.write({
    name: { class: "c", kind: "wait", to: String(wait) },
    body: bytesOf(jsonText(body, "what the hop waits for")),
    passport: attempt.passport(),
    ranMs: attempt.ranMs(),
  });
  await x.ports.failpoint?.("after-commit");
  await completeOutputs(x, commit);
  throw WAITING;
}

/** What is asked, with the large bodies of calls by reference. */
async function carryCalls(x: Execution, asked: readonly Awaited[]): Promise<Awaited[]> {
  const texts = asked.map((one) =>
    one.type === "call" ? jsonText(one.body, `the call of ${one.to}`, MAX_BODY_BYTES) : "",
  );
  const carried = await carry(x, x.ports.seals === undefined ? texts : await sealedCalls(x, asked, texts));
  if (carried === texts) return [...asked];
  return asked.map((one, index): Awaited => {
    const text = carried[index];
    return one.type !== "call" || text === undefined || text === texts[index]
      ? one
      : { ...one, body: z.json().parse(JSON.parse(text)) };
  });
}

async function answersOf(attempt: Attempt, wait: number, body: WaitBody): Promise<readonly Answer[]> {
  const { x } = attempt;
  const subjects = attempt.journal.answers.get(wait) ?? [];
  return Promise.all(
    subjects.map(async (subject): Promise<Answer> => {
      const record = await x.readReply(subject);
      x.span?.link(record.header?.trace, "answer");
      const message = readMessage(record, x.role);
      const index = "problem" in message ? -1 : body.for.findIndex((one) => isAnswerTo(one, message));
      if ("problem" in message || index < 0) throw park("malformed_record", "a join took no answer", { subject });
      requireAccepted(x.role.role, message.from, message.passport.taint, x.role.taint);
      x.addTaint(message.passport.taint);
      x.taken?.add(message.passport.taken);
      const reply = readReply(record);
      if (body.for[index]?.type === "call") x.tally.addAnswer(wait, message.passport, "error" in reply);
      // No handler may go on where a rule has ended the task.
      if ("error" in reply && reply.error.code === "aborted_by_rule") throw new Park(abortOf(reply.error));
      const answer = { from: message.from, index, atMs: record.storedAtMs };
      if ("error" in reply) return { ...answer, result: { error: reply.error } };
      const what = `the answer of ${message.from}`;
      const carried = await resolveBody(x, reply.value, what);
      const isSealed = x.ports.seals?.covers(message.from) ?? false;
      const value = isSealed
        ? await unsealed(x, carried, { subject: message.subject, peer: message.from }, what)
        : carried;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- decoded JSON is JSON
      return { ...answer, result: { value: value as Json } };
    }),
  );
}

const abortOf = ({ message, details }: StoredError): ErrorBody => ({
  code: "aborted_by_rule",
  message,
  ...(details === undefined ? {} : { details }),
});
