import {
  type AuditDetails,
  type AuditEvent,
  AuditNotes,
  AuditWriter,
  type Clock,
  type Link,
  type Logger,
  type Random,
  type Subjects,
} from "@troupe/runtime/internal";

/** How a supervisor writes into the audit. */
export interface AuditTrail {
  /** Resolves when the entry is stored: for what must not happen unnoticed. Throws `unavailable`, `store_full`. */
  store(event: AuditEvent, details?: AuditDetails): Promise<void>;
  /** Stored in the background: for what has happened already. */
  note(event: AuditEvent, details?: AuditDetails): void;
}

export interface OpenAuditTrail extends AuditTrail {
  close(): void;
}

/** How long an act of an operator waits for its entry before it is refused; whoever asks waits longer. */
const STORE_MS = 1_500;

export function openAuditTrail(options: {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}): OpenAuditTrail {
  const writer = new AuditWriter({ ...options, source: "supervisor" });
  const notes = new AuditNotes({ ...options, writer });
  return {
    store: (event, details) => writer.store(event, details, STORE_MS),
    note: (event, details) => notes.note(event, details),
    close: () => {
      notes.close();
      writer.close();
    },
  };
}
