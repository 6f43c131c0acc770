/** Whether a person may decide on an approval now, and where the decision goes. Pure. */
import { type Approval, type DecideBody, type OpenWait, TroupeError } from "@troupe/runtime/internal";
import type { Approver } from "./approver.ts";

/** `write`: into this place of the log. `repeated`: the same person said the same before. */
export type DecisionVerdict = { readonly kind: "write"; readonly next: OpenWait } | { readonly kind: "repeated" };

/**
 * Judges. Throws `forbidden` for who may not decide (an own request, not among the approvers, nobody known where somebody has to be),
 * `conflict` for another act and for what is decided, `approval_expired` for what is over.
 */
export function judgeDecision(
  approval: Approval,
  approver: Approver,
  { verdict, hash }: DecideBody,
  nowMs: number,
): DecisionVerdict {
  requireMayDecide(approval, approver, nowMs);
  if (hash !== approval.hash) {
    throw new TroupeError("conflict", "this is not the act that waits to be approved; look at it again", {
      details: { approval_id: approval.id, hash: approval.hash },
    });
  }
  const earlier = approval.decisions.find(({ by }) => by === approver.name);
  if (earlier !== undefined && earlier.verdict === verdict) return { kind: "repeated" };
  const { state, next } = approval;
  const isOver = state === "pending" && approval.overAtMs !== undefined && nowMs >= approval.overAtMs;
  if (state === "expired" || isOver) {
    throw new TroupeError("approval_expired", `the time to decide on ${approval.id} is over`);
  }
  if (state !== "pending" || next === undefined) {
    const by = approval.decisions.map((decision) => decision.by).join(", ");
    throw new TroupeError("conflict", `${approval.id} is decided: ${state}${by === "" ? "" : ` by ${by}`}`, {
      details: { approval_id: approval.id, state },
    });
  }
  if (earlier !== undefined) {
    throw new TroupeError("conflict", `${approver.name} has decided on it already: ${earlier.verdict}`);
  }
  return { kind: "write", next };
}

function requireMayDecide(approval: Approval, { name, proof, caller }: Approver, nowMs: number): void {
  const { terms, requestedBy, tenant, requestedAtMs } = approval;
  // Over NATS nobody is the user of a tenant; over HTTP the same name in another tenant is somebody else.
  if (proof === "http" && requestedBy === name && tenant === caller.tenant) {
    throw new TroupeError("forbidden", "nobody approves an own request: ask somebody else to decide");
  }
  if (proof === "nobody" && (terms.approvers !== undefined || terms.approvals > 1)) {
    throw new TroupeError(
      "forbidden",
      "this needs people who can be told apart: sign in, or decide with the operator's key",
    );
  }
  if (terms.approvers === undefined || terms.approvers.includes(name)) return;
  const isLater = terms.later !== undefined && nowMs >= requestedAtMs + terms.later.afterMs;
  if (isLater && terms.later?.approvers.includes(name) === true) return;
  throw new TroupeError("forbidden", `${name} is not among those who may decide on this`, {
    details: { approvers: terms.approvers },
  });
}
