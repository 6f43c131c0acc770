/**
 * Asking people: a wait for as many answers as people have to agree, each decided once in the log by a gateway, or by the leader when the
 * time is over. Whether the answers amount to a yes is judged here once more, from what is stored alone.
 */
import { z } from "zod";
import type { ApprovalAnswer, ApprovalRequest } from "../actor/approval.ts";
import {
  ApprovalRule,
  type Approvals,
  type ApprovalTerms,
  ApprovalVote,
  approvalHash,
  approvalTerms,
  MAX_ACT_BYTES,
} from "../contracts/approval.ts";
import { problemsOf } from "../contracts/problem.ts";
import { TroupeError } from "../errors.ts";
import type { Attempt } from "./attempt.ts";
import { jsonText } from "./body.ts";
import { Park, park } from "./signals.ts";
import { type Answer, type Asked, place, waitFor } from "./wait.ts";

/** Asks and waits. Call through {@link Attempt.guard} with a wait's number taken when the handler asked. */
export async function askApproval(attempt: Attempt, wait: number, request: ApprovalRequest): Promise<ApprovalAnswer> {
  const { role, place: at } = attempt.x;
  if (!role.targets.has("human")) {
    throw park("illegal_outcome", `${role.role} has no edge to human, so it cannot ask a person`);
  }
  const { terms, afterMs, onTimeout } = readRequest(request, role.approvals);
  const hash = approvalHash(at.task, role.role, terms);
  const asked = Array.from({ length: terms.approvals }, (_, slot): Asked => {
    const answer = { type: "approval", hash, afterMs } as const;
    return slot === 0 ? { ...answer, terms } : answer;
  });
  const answers = await waitFor(attempt, wait, place(attempt, asked), terms.approvals);
  const { record } = await attempt.x.readOwn({ class: "c", kind: "wait", to: String(wait) });
  const answer = judgeAnswers(answers, { hash, approvals: terms.approvals, overAtMs: record.storedAtMs + afterMs });
  if (onTimeout === "escalate" && !answer.isApproved && answer.why === "expired") {
    throw new Park({ code: "approval_expired", message: "nobody decided in time" }, { isEscalated: true });
  }
  return answer;
}

function readRequest({ act, summary, ...given }: ApprovalRequest, system: Approvals | undefined) {
  const rule = ApprovalRule.safeParse(given);
  if (!rule.success) {
    throw new TroupeError("invalid_request", "these are no terms of an approval", {
      details: { problems: problemsOf(rule.error, given) },
    });
  }
  // What is asked for is what JSON makes of it: that is stored, shown and hashed.
  const text = jsonText(act, "the act to be approved", MAX_ACT_BYTES);
  const shown = summary === undefined ? {} : { summary: summary.slice(0, 2_000) };
  const shape: Pick<ApprovalTerms, "act" | "summary"> = { act: z.json().parse(JSON.parse(text)), ...shown };
  return approvalTerms(shape, rule.data, system);
}

/** What the answers have to fit. */
export interface Awaiting {
  readonly hash: string;
  readonly approvals: number;
  /** Answers that were stored later do not count; ms since 1970, of the server's clock. */
  readonly overAtMs: number;
}

/** What the answers of a join come to: a yes needs every one of them, in time, on this very act, by distinct people. Pure. */
export function judgeAnswers(answers: readonly Answer[], { hash, approvals, overAtMs }: Awaiting): ApprovalAnswer {
  const by: string[] = [];
  for (const { from, result, atMs } of answers) {
    if (from === "timer" || atMs >= overAtMs) return { isApproved: false, why: "expired", hash };
    if ("error" in result) {
      const denial = ApprovalVote.safeParse(result.error.details).data;
      const told = denial && { by: denial.by, ...(denial.reason === undefined ? {} : { reason: denial.reason }) };
      return { isApproved: false, why: "denied", hash, ...told };
    }
    const vote = ApprovalVote.safeParse(result.value);
    if (!vote.success || vote.data.hash !== hash) {
      return { isApproved: false, why: "denied", hash, reason: "the decision was on something else" };
    }
    if (by.includes(vote.data.by)) {
      return { isApproved: false, why: "denied", hash, reason: `${vote.data.by} said yes twice` };
    }
    by.push(vote.data.by);
  }
  if (by.length < approvals) return { isApproved: false, why: "denied", hash, reason: "too few people said yes" };
  return { isApproved: true, by, hash };
}
