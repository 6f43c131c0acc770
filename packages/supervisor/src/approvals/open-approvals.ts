/** Approvals that wait for people, as the index of open tasks has them: rebuilt from the log alone. Pure. */
import {
  type ApprovalList,
  type ApprovalListRequest,
  type ApprovalSummary,
  approvalHash,
  approvalId,
  rfc3339,
  summaryOf,
} from "@troupe/runtime/internal";
import type { Answered, Waiting } from "../observer/observation.ts";
import type { TaskIndex } from "../observer/task-index.ts";

const DEFAULT_LIMIT = 100;

/** Oldest first. */
export function listApprovals(index: TaskIndex, { limit = DEFAULT_LIMIT, tenant }: ApprovalListRequest): ApprovalList {
  const open: ApprovalSummary[] = [];
  for (const { waits, passport } of index.openTasks()) {
    if (tenant !== undefined && passport?.tenant !== tenant) continue;
    for (const waiting of waits.values()) {
      const summary = openApproval(waiting, index);
      if (summary !== undefined) open.push(summary);
    }
  }
  const sorted = open.toSorted((a, b) => (a.requested_at < b.requested_at ? -1 : 1));
  return { approvals: sorted.slice(0, limit), more: sorted.length > limit };
}

/** What a wait asks people for, while they can still answer it. */
function openApproval({ task, hop, role, wait, atMs, body }: Waiting, index: TaskIndex): ApprovalSummary | undefined {
  const slots = body.for.filter((awaited) => awaited.type === "approval");
  const [first] = slots;
  const terms = first?.terms;
  if (terms === undefined || approvalHash(task, role, terms) !== first?.hash) return undefined;
  if (slots.some((slot) => index.isRefused(task, slot.hop))) return undefined;
  const approved = slots.filter((slot) => index.isAnswered(task, slot.hop)).length;
  if (approved === slots.length) return undefined;
  return {
    approval_id: approvalId({ task, hop, wait }),
    task_id: task,
    role,
    summary: summaryOf(terms),
    hash: first.hash,
    approvals: terms.approvals,
    approved,
    requested_at: rfc3339(atMs),
    ...(first.afterMs === undefined ? {} : { expires_at: rfc3339(atMs + first.afterMs) }),
  };
}

/** When nobody may answer any more; `undefined` while the wait that is answered is not known. */
export function overAtMsOf({ task, asker }: Answered, index: TaskIndex): number | undefined {
  const waiting = asker && index.open(task)?.waits.get(asker.hop);
  const slot = waiting?.wait === asker?.wait ? waiting?.body.for.find(({ type }) => type === "approval") : undefined;
  return waiting === undefined || slot?.afterMs === undefined ? undefined : waiting.atMs + slot.afterMs;
}
