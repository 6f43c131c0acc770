/** Approvals of a task as its records tell them: what was asked, who said what, and what it comes to. Pure; nothing else is kept of them. */
import { rfc3339 } from "../clock.ts";
import {
  type ApprovalState,
  type ApprovalTerms,
  type ApprovalView,
  ApprovalVote,
  approvalHash,
  approvalId,
  summaryOf,
} from "../contracts/approval.ts";
import { ReplyBody } from "../contracts/bodies.ts";
import { roleOfMailbox } from "../contracts/names.ts";
import type { Subjects } from "../contracts/subjects.ts";
import type { HopId, TaskId } from "../ids.ts";
import { type OpenWait, waitsOf } from "./open-waits.ts";
import type { TaskRecord } from "./task-record.ts";

/** One answer to an approval. */
export interface ApprovalDecision {
  readonly verdict: "approve" | "deny" | "expire";
  /** `timer` for an expiry that nobody came near to. */
  readonly by: string;
  readonly proof: string;
  readonly reason?: string | undefined;
  readonly atMs: number;
}

/** An approval that some hop of the task asked for. */
export interface Approval {
  readonly id: string;
  readonly task: TaskId;
  readonly hop: HopId;
  readonly role: string;
  readonly terms: ApprovalTerms;
  readonly hash: string;
  readonly state: ApprovalState;
  readonly requestedAtMs: number;
  /** Nobody can decide from then on; ms since 1970. */
  readonly overAtMs: number | undefined;
  /** Who submitted the task, where the door knew. */
  readonly requestedBy: string | undefined;
  readonly tenant: string | undefined;
  readonly decisions: readonly ApprovalDecision[];
  /** Where the next answer goes; `undefined` when none can count. */
  readonly next: OpenWait | undefined;
}

/** Every approval of the task, oldest first. One whose record is not what its hash says is none. */
export function approvalsOf(subjects: Subjects, records: readonly TaskRecord[]): readonly Approval[] {
  const start = records.find(({ subject }) => subject.hop === "start" && subject.from === "client");
  const isEnded = records.some(({ subject }) => subject.name.class === "t");
  const replies = new Map<string, TaskRecord>();
  for (const record of records) {
    const { from, hop, name } = record.subject;
    // The log takes one of them; where a copy of it was made, the first is the original.
    const isAnswer = name.kind === "reply" && (from === "human" || from === "timer");
    if (isAnswer && !replies.has(hop)) replies.set(hop, record);
  }
  const origin = { requestedBy: start?.header?.origin?.user, tenant: start?.header?.passport?.tenant };
  return records.flatMap((record) => {
    const slots = waitsOf(subjects, record).filter(({ awaited }) => awaited.type === "approval");
    const approval = approvalOf(slots, replies);
    if (approval === undefined) return [];
    const isOpen = approval.state === "pending";
    return [{ ...approval, ...origin, ...(isOpen && isEnded ? { state: "void" as const, next: undefined } : {}) }];
  });
}

function approvalOf(
  slots: readonly OpenWait[],
  replies: ReadonlyMap<string, TaskRecord>,
): Omit<Approval, "requestedBy" | "tenant"> | undefined {
  const [first] = slots;
  if (first?.awaited.type !== "approval") return undefined;
  const { task, hop, role, wait, mailbox, sinceMs: requestedAtMs } = first;
  const { terms, hash, afterMs } = first.awaited;
  // A role can write what it likes into its own records: it gets approved what it says there, under its own name.
  const isSound = terms?.approvals === slots.length && roleOfMailbox(mailbox) === role;
  if (terms === undefined || !isSound || approvalHash(task, role, terms) !== hash) return undefined;
  const overAtMs = afterMs === undefined ? undefined : requestedAtMs + afterMs;
  const decisions = slots.flatMap(({ awaited }) => decisionOf(replies.get(awaited.hop), hash, overAtMs));
  const state = stateOf(decisions, terms.approvals);
  return {
    id: approvalId({ task, hop, wait }),
    task,
    hop,
    role,
    terms,
    hash,
    state,
    requestedAtMs,
    overAtMs,
    decisions,
    next: state === "pending" ? slots.find(({ awaited }) => !replies.has(awaited.hop)) : undefined,
  };
}

function decisionOf(
  record: TaskRecord | undefined,
  hash: string,
  overAtMs = Number.POSITIVE_INFINITY,
): readonly ApprovalDecision[] {
  if (record === undefined) return [];
  const { atMs } = record;
  const body = ReplyBody.safeParse(record.body);
  if (record.subject.from === "timer") return [{ verdict: "expire", by: "timer", proof: "timer", atMs }];
  const isYes = body.success && "value" in body.data;
  const told = body.success ? ("value" in body.data ? body.data.value : body.data.error.details) : undefined;
  const vote = ApprovalVote.safeParse(told);
  if (!vote.success) return [{ verdict: "deny", by: "unknown", proof: "nobody", atMs }];
  const { by, proof, reason } = vote.data;
  // Judged in time, stored too late: it counts as nothing, here as for the hop.
  if (atMs >= overAtMs) return [{ verdict: "expire", by, proof, reason, atMs }];
  return [{ verdict: isYes && vote.data.hash === hash ? "approve" : "deny", by, proof, reason, atMs }];
}

function stateOf(decisions: readonly ApprovalDecision[], needed: number): ApprovalState {
  if (decisions.some(({ verdict }) => verdict === "deny")) return "denied";
  if (decisions.some(({ verdict }) => verdict === "expire")) return "expired";
  return decisions.length >= needed ? "approved" : "pending";
}

/** An approval as it is answered. */
export function approvalView(approval: Approval): ApprovalView {
  const { terms, state, requestedAtMs, overAtMs, requestedBy, decisions } = approval;
  const { approvers, later } = terms;
  return {
    approval_id: approval.id,
    task_id: approval.task,
    role: approval.role,
    state,
    summary: summaryOf(terms),
    act: terms.act,
    hash: approval.hash,
    approvals: terms.approvals,
    approved: decisions.filter(({ verdict }) => verdict === "approve").length,
    requested_at: rfc3339(requestedAtMs),
    ...(overAtMs === undefined ? {} : { expires_at: rfc3339(overAtMs) }),
    ...(approvers === undefined ? {} : { approvers }),
    ...(later === undefined
      ? {}
      : { later_approvers: later.approvers, later_from: rfc3339(requestedAtMs + later.afterMs) }),
    ...(requestedBy === undefined ? {} : { requested_by: requestedBy }),
    decisions: decisions.map(({ atMs, reason, ...decision }) => ({
      ...decision,
      at: rfc3339(atMs),
      ...(reason === undefined ? {} : { reason }),
    })),
  };
}
