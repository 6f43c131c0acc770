/**
 * Edges that people have to approve (`RoleManifest.approvals`): what the handler hands on is the act, and it is handed on only as it was
 * approved. The handler knows nothing of it.
 */
import type { ApprovalAnswer, ApprovalRequest } from "../actor/approval.ts";
import { type Complete, complete, fail, type Json } from "../actor/outcome.ts";
import type { ApprovalRule } from "../contracts/approval.ts";
import { TroupeError } from "../errors.ts";

/** Rules by receiver; `client` for the answer. */
export type EdgeApprovals = Readonly<Record<string, ApprovalRule>>;

export type Approve = (request: ApprovalRequest) => Promise<ApprovalAnswer>;

/** One message that would be sent. */
export interface Sending {
  readonly to: string;
  readonly body: Json;
}

/** The outcome as it is committed: itself once every message of it that needs a person has one, else a failure. */
export async function approvedOutcome(
  role: string,
  outcome: unknown,
  rules: EdgeApprovals,
  approve: Approve,
): Promise<unknown> {
  const refusal = await firstRefusal(role, sendingsOf(outcome), rules, approve);
  return refusal === undefined ? outcome : fail(refusal.toBody());
}

/** Asks people for each sending on an edge that needs them. Throws `approval_denied`, `approval_expired`. */
export async function requireApproved(
  role: string,
  sendings: readonly Sending[],
  rules: EdgeApprovals,
  approve: Approve,
): Promise<void> {
  const refusal = await firstRefusal(role, sendings, rules, approve);
  if (refusal !== undefined) throw refusal;
}

async function firstRefusal(
  role: string,
  sendings: readonly Sending[],
  rules: EdgeApprovals,
  approve: Approve,
): Promise<TroupeError | undefined> {
  for (const { to, body } of sendings) {
    const rule = Object.hasOwn(rules, to) ? rules[to] : undefined;
    if (rule === undefined) continue;
    const answer = await approve({
      ...rule,
      act: { from: role, to, message: body },
      summary: `${role} sends to ${to}`,
    });
    if (!answer.isApproved) return refusalOf(`${role} → ${to}`, answer);
  }
  return undefined;
}

function refusalOf(edge: string, { why, by, reason }: ApprovalAnswer & { isApproved: false }): TroupeError {
  if (why === "expired") return new TroupeError("approval_expired", `nobody approved ${edge} in time`);
  const because = reason === undefined ? "" : `: ${reason}`;
  return new TroupeError("approval_denied", `${by ?? "somebody"} denied ${edge}${because}`);
}

/** What an outcome addresses. What is no outcome is judged where it is committed. */
function sendingsOf(outcome: unknown): readonly Sending[] {
  if (isForward(outcome)) return [outcome];
  if (isFanOut(outcome)) return outcome.messages.filter(isSending);
  return isComplete(outcome) ? [{ to: "client", body: outcome.body }] : [];
}

const hasKind = (value: unknown, kind: string): value is object =>
  typeof value === "object" && value !== null && "outcome" in value && value.outcome === kind;
const isSending = (value: unknown): value is Sending =>
  typeof value === "object" && value !== null && "to" in value && typeof value.to === "string" && "body" in value;
const isForward = (value: unknown): value is Sending => hasKind(value, "forward") && isSending(value);
const isFanOut = (value: unknown): value is { readonly messages: readonly unknown[] } =>
  hasKind(value, "fan_out") && "messages" in value && Array.isArray(value.messages);
const isComplete = (value: unknown): value is Complete => hasKind(value, complete(null).outcome) && "body" in value;
