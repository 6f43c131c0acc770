import { DoneBody, ReplyBody } from "@troupe/runtime/internal";
import { ActResult } from "../../../support/chaos-system.ts";
import type { HistoryRecord } from "../../../support/history.ts";
import type { Violation } from "../../../support/invariants.ts";
import type { Round } from "../evidence.ts";
import type { AskedAct } from "../load/approval-load.ts";

/** What the log has as the answer to an act: of a person, or of the clock. */
interface Answered {
  readonly isYes: boolean;
  readonly atMs: number;
}

const isAnswer = ({ at }: HistoryRecord): boolean =>
  at.name.class === "m" && at.name.kind === "reply" && (at.from === "human" || at.from === "timer");

function answersTo({ history }: Round, { task }: AskedAct): readonly Answered[] {
  const records = history.tasks.get(task)?.records.filter(isAnswer) ?? [];
  return records.map(({ at, body, storedAtMs }) => {
    const reply = ReplyBody.safeParse(body);
    return { isYes: at.from === "human" && reply.success && "value" in reply.data, atMs: storedAtMs };
  });
}

/** One decision on each act, told to everybody the same; nothing done before it, nothing without a yes in time, and then once. */
export const approvalsKept = (round: Round): Violation[] =>
  round.acts.flatMap((act) => {
    const detail = wrongIn(round, act);
    return detail === undefined ? [] : [{ invariant: "approvals kept", task: act.task, detail }];
  });

function wrongIn(round: Round, act: AskedAct): string | undefined {
  const answers = answersTo(round, act);
  const [answer] = answers;
  if (answers.length > 1) return `${answers.length} answers are stored`;
  const told = new Set(act.decisions.filter(({ status }) => status === 200).map(({ verdict }) => verdict));
  if (told.size > 1) return "both a yes and a no were told that they stand";
  if (told.has("deny") && answer?.isYes === true) return "a no was told that it stands, and the log has a yes";
  if (told.has("approve") && answer?.isYes !== true) return "a yes was told that it stands, and the log has none";
  const done = round.received.filter(({ number }) => number === act.number);
  const early = done.find(({ atMs }) => answer === undefined || !answer.isYes || atMs < answer.atMs);
  if (early !== undefined) return answer?.isYes === true ? "it was done before the yes" : "it was done without a yes";
  return endOf(round, act, answer, done.length > 0);
}

function endOf(
  { history }: Round,
  { task }: AskedAct,
  answer: Answered | undefined,
  isDone: boolean,
): string | undefined {
  const end = DoneBody.safeParse(history.tasks.get(task)?.ends[0]?.body);
  const { status, error, result } = end.data ?? {};
  if (status === "failed" && error?.code === "poison_message") return undefined;
  const said = ActResult.safeParse(result).data;
  if (status !== "completed" || said === undefined) return `ended with ${JSON.stringify(end.data)}`;
  if (said.isDone !== isDone) return `it says ${JSON.stringify(result)}, the receiver has ${isDone ? "it" : "none"}`;
  // A yes that was stored too late is none: the hop compares the times of the store.
  const isLate = said.why === "expired";
  return isDone || isLate || answer?.isYes !== true ? undefined : "there was a yes, and it was not done";
}
