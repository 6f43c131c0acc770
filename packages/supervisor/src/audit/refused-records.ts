import { type AuditEvent, derivedAuditId, type ErrorCode, type HopId, type TaskId } from "@troupe/runtime/internal";

/** Codes of dead letters that mean: somebody wrote, or tried, what the graph does not allow. */
const REFUSALS: ReadonlySet<string> = new Set<ErrorCode>(["malformed_record", "illegal_outcome", "forbidden"]);

interface DeadHop {
  readonly task: TaskId;
  readonly hop: HopId;
  readonly role: string;
  readonly body: {
    readonly error: {
      readonly code: string;
      readonly message: string;
      readonly details?: Readonly<Record<string, unknown>> | undefined;
    };
  };
}

/** What a dead letter says of a forged record or an illegal outcome, for the audit; `undefined` for every other one. Pure. */
export function refusedRecord({ task, hop, role, body }: DeadHop): { event: AuditEvent; id: string } | undefined {
  const { code, message, details } = body.error;
  if (!REFUSALS.has(code)) return undefined;
  const subject = details?.["subject"];
  return {
    id: derivedAuditId("dead", task, hop),
    event: {
      event: "denied",
      by: "hop",
      who: { role: role.slice(0, 128) },
      act: code,
      what: (typeof subject === "string" ? subject : task).slice(0, 1_000),
      reason: message.slice(0, 1_000),
    },
  };
}
