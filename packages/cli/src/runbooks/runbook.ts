/** What a runbook is: what one sees, checks that look at the live system, what can be done, and whom to call. */
import type { OperationKind, SloName } from "@troupe/runtime/internal";
import type { Evidence } from "./evidence.ts";

export const RUNBOOK_NAMES = ["high_error_rate", "high_latency", "cost_spike"] as const;
export type RunbookName = (typeof RUNBOOK_NAMES)[number];

/** Something that can be done about a fault: an operation that `apply` carries out, or something that only people can do. */
export interface Remedy {
  readonly text: string;
  /** What the supervisor is asked for; absent = nothing that a command could do. */
  readonly operation?: { readonly kind: OperationKind; readonly body: Readonly<Record<string, unknown>> };
  /** The command that takes it back. */
  readonly rollBack?: string;
}

/** A cause that a check has found. */
export interface Fault {
  /** `model_down`, `slow_role`: the same word for the same cause, always. */
  readonly name: string;
  readonly text: string;
  /** How much of what one sees it explains, 0 to 1; a cause that tells more (a node, a version) ranks above what it shows itself as. */
  readonly share: number;
  readonly remedies: readonly Remedy[];
}

/** What a check saw, in a sentence, and the fault if it is one. */
export interface Finding {
  readonly check: string;
  readonly text: string;
  readonly fault?: Fault;
}

export interface Runbook {
  readonly name: RunbookName;
  readonly objective: SloName;
  readonly title: string;
  readonly symptoms: readonly string[];
  /** What is looked at, in this order. Pure. */
  readonly checks: readonly { readonly name: string; readonly looksAt: string; look(evidence: Evidence): LookedAt }[];
  /** What usually helps, whatever the cause. */
  readonly remedies: readonly string[];
  /** Whom to call when, in this order. */
  readonly escalation: readonly string[];
  readonly rollBack: readonly string[];
}

/** A finding before it has its check's name. */
export type LookedAt = Omit<Finding, "check">;

export interface RunbookDiagnosis {
  readonly runbook: RunbookName;
  /** The name of the fault that explains most; `null` when no check found one. */
  readonly fault: string | null;
  readonly text: string;
  readonly findings: readonly Finding[];
  readonly remedies: readonly Remedy[];
}

/** Runs every check. Pure. */
export function diagnoseRunbook(runbook: Runbook, evidence: Evidence): RunbookDiagnosis {
  const findings = runbook.checks.map((check): Finding => ({ check: check.name, ...check.look(evidence) }));
  const [worst] = findings.flatMap(({ fault }) => fault ?? []).toSorted((a, b) => b.share - a.share);
  return {
    runbook: runbook.name,
    fault: worst?.name ?? null,
    text: worst?.text ?? "no check found a cause: see what each of them saw",
    findings,
    remedies: worst?.remedies ?? [],
  };
}
