import {
  type ApprovalPlace,
  ApprovalVote,
  type AuditEvent,
  approvalAuditId,
  approvalId,
  type OpenWait,
  summaryOf,
} from "@troupe/runtime/internal";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Answered, Observation, Waiting } from "../observer/observation.ts";

/** What is older was told by an earlier leader; what is told twice within the audit's window is stored once. */
const RECENT_MS = 100_000;

export interface ApprovalNotesOptions {
  readonly audit: Pick<AuditTrail, "note">;
  readonly nowMs: () => number;
  /** When the time for an answer is over, where its wait is known; ms since 1970. */
  readonly overAtMs: (answer: Answered) => number | undefined;
}

interface Note {
  readonly event: AuditEvent;
  readonly id: string;
  readonly atMs: number;
}

/**
 * Tells the audit of approvals as the log shows them: requests, decisions (also those whose gateway died over it), and expiries. Whoever
 * stands by remembers them for a while, so that none is missing when the leader dies over it.
 */
export class ApprovalNotes {
  readonly #options: ApprovalNotesOptions;
  #term: AbortSignal | undefined;
  /** In the order in which they were observed. */
  #untold: Note[] = [];

  constructor(options: ApprovalNotesOptions) {
    this.#options = options;
  }

  /** From now on, until the signal, they are told, and those first that were observed lately. */
  lead(signal: AbortSignal): void {
    this.#term = signal;
    for (const note of this.#untold.splice(0)) this.#note(note);
  }

  observe(observation: Observation): void {
    const { nowMs } = this.#options;
    if (observation.kind !== "waiting" && observation.kind !== "answered") return;
    if (nowMs() - observation.atMs > RECENT_MS) return;
    const event =
      observation.kind === "waiting"
        ? requestOf(observation)
        : decisionOf(observation, this.#options.overAtMs(observation));
    if (event === undefined) return;
    const about = observation.kind === "waiting" ? `requested ${observation.wait}` : "decision";
    const id = approvalAuditId(observation.task, observation.hop, about);
    this.#note({ event, id, atMs: observation.atMs });
  }

  /** Tells that others may now decide as well, since that time. */
  escalated({ task, hop, role, wait }: OpenWait, atMs: number): void {
    const approval = approvalId({ task, hop, wait });
    const event: AuditEvent = { event: "approval", who: { role }, task, approval, verdict: "escalated" };
    this.#note({ event, id: approvalAuditId(task, hop, `escalated ${wait}`), atMs });
  }

  #note(note: Note): void {
    const { audit, nowMs } = this.#options;
    const isRecent = ({ atMs }: Note) => nowMs() - atMs <= RECENT_MS;
    if (this.#term && !this.#term.aborted) {
      if (isRecent(note)) audit.note(note.event, { id: note.id, atMs: note.atMs });
      return;
    }
    this.#untold.push(note);
    if (!isRecent(this.#untold[0] ?? note)) this.#untold = this.#untold.filter(isRecent);
  }
}

type ApprovalEvent = Extract<AuditEvent, { event: "approval" }>;

function requestOf({ task, hop, role, wait, body }: Waiting): ApprovalEvent | undefined {
  const asked = body.for.find((awaited) => awaited.type === "approval");
  if (asked?.terms === undefined) return undefined;
  const place: ApprovalPlace = { task, hop, wait };
  const reason = `${asked.hash} ${summaryOf(asked.terms)}`.slice(0, 1_000);
  return { event: "approval", who: { role }, task, approval: approvalId(place), verdict: "requested", reason };
}

function decisionOf(
  { task, asker, from, reply, atMs }: Answered,
  overAtMs = Number.POSITIVE_INFINITY,
): ApprovalEvent | undefined {
  if (asker === undefined || reply === undefined) return undefined;
  const about = { event: "approval", task, approval: approvalId({ task, ...asker }) } as const;
  if (from === "timer") {
    const isExpiry = "error" in reply && reply.error.code === "approval_expired";
    return isExpiry ? { ...about, who: {}, verdict: "expired" } : undefined;
  }
  const vote = ApprovalVote.safeParse("value" in reply ? reply.value : reply.error.details);
  if (!vote.success) return undefined;
  const { by, hash, reason } = vote.data;
  const text = reason === undefined ? hash : `${hash} ${reason}`;
  return {
    ...about,
    who: { user: by },
    verdict: atMs >= overAtMs ? "expired" : "value" in reply ? "approved" : "denied",
    reason: text.slice(0, 1_000),
  };
}
