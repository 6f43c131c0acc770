import { aborted } from "../aborted.ts";
import { AuditNotes } from "../audit/audit-notes.ts";
import { AuditWriter, derivedAuditId } from "../audit/audit-writer.ts";
import type { Clock } from "../clock.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { messageOf } from "../errors.ts";
import type { Link } from "../nats/connection.ts";
import type { Random } from "../random.ts";
import type { Logger } from "../telemetry/logger.ts";
import { LogFollower } from "./log-follower.ts";
import { refusalIn } from "./server-refusals.ts";

export interface AuditRefusalsOptions {
  /** One of CORE. */
  readonly link: Link;
  readonly subjects: Subjects;
  /** The server's log. */
  readonly logFile: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** How often the log is looked at. */
const LOOK_MS = 250;

/**
 * Puts what the server refuses into the audit, from its log: it tells nobody else. Until the signal aborts; after a restart it goes on where
 * it was. Resolves when it has ended.
 */
export async function auditRefusals(options: AuditRefusalsOptions): Promise<void> {
  const { logFile, clock, logger, signal } = options;
  const writer = new AuditWriter({ ...options, source: "server" });
  const notes = new AuditNotes({ writer, clock, logger });
  const follower = new LogFollower(logFile);
  const ended = aborted(signal);
  while (!signal.aborted) {
    try {
      await follower.read((line, { file, offset }) => {
        const refusal = refusalIn(line);
        if (refusal) notes.note(refusal, { id: derivedAuditId(logFile, file, String(offset), line) });
      });
      await Promise.race([notes.flush(), ended]);
      // Not before everything of it is stored.
      if (!signal.aborted) await follower.keep();
    } catch (error) {
      logger.warn({ reason: messageOf(error) }, "the server's log could not be read for the audit; trying again");
    }
    await clock.sleep(LOOK_MS, signal).catch(() => undefined);
  }
  notes.close();
  writer.close();
  await follower.close();
}
