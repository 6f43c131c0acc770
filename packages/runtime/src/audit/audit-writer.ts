import { createHash } from "node:crypto";
import { type Clock, rfc3339 } from "../clock.ts";
import { AUDIT_VERSION, AuditEntry, type AuditEvent, type AuditSource } from "../contracts/audit.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { TroupeError } from "../errors.ts";
import type { Link } from "../nats/connection.ts";
import { createPublisher, type Publisher } from "../nats/publisher.ts";
import type { Random } from "../random.ts";

export interface AuditWriterOptions {
  readonly link: Link;
  readonly subjects: Subjects;
  /** Which subject it writes to: one that the link's user may. */
  readonly source: AuditSource;
  readonly clock: Clock;
  readonly random: Random;
}

/** What may be said of an event beside itself. */
export interface AuditDetails {
  /** The same for every telling of one event, so that it is stored once when it is told again within 2 minutes. Default: random. */
  readonly id?: string;
  /** How many of the same it stands for. Default 1. */
  readonly count?: number;
  /** When it happened. Default: now. */
  readonly atMs?: number;
}

/** How long an entry is tried; longer than the election of a stream's leader. */
const STORE_MS = 12_000;
const RETRY_MS = 50;

/** Stores entries in the audit stream. */
export class AuditWriter {
  readonly #options: AuditWriterOptions;
  readonly #publisher: Publisher;
  #isClosed = false;

  constructor(options: AuditWriterOptions) {
    this.#options = options;
    this.#publisher = createPublisher(options.link, { clock: options.clock });
  }

  /**
   * Resolves when the entry is stored: it is in the chain then, whoever seals it. Throws `store_full`, or `unavailable` when the store did
   * not take it within `limitMs` (default 12 s); it may still be stored then.
   */
  async store(what: AuditEvent, details: AuditDetails = {}, limitMs: number = STORE_MS): Promise<void> {
    const { subjects, source, clock, random } = this.#options;
    const id = details.id ?? Buffer.from(random.bytes(16)).toString("base64url");
    const at = rfc3339(details.atMs ?? clock.nowMs());
    const entry = AuditEntry.parse({ v: AUDIT_VERSION, id, at, count: details.count ?? 1, what });
    const body = Buffer.from(JSON.stringify(entry));
    const deadline = clock.monotonicMs() + limitMs;
    for (;;) {
      // Only brokers can write here, so nobody else can have taken the id.
      const outcome = await this.#publisher.publish(subjects.auditEntry(source), body, { "Nats-Msg-Id": id });
      if (outcome.kind === "stored") return;
      const text = "text" in outcome ? outcome.text : outcome.kind;
      if (outcome.kind === "full") throw new TroupeError("store_full", `the audit stream is full: ${text}`);
      if (outcome.kind === "refused")
        throw new TroupeError("wrong_server", `the audit stream refuses an entry: ${text}`);
      if (this.#isClosed || clock.monotonicMs() > deadline)
        throw new TroupeError("unavailable", `an audit entry was not stored: ${text}`);
      await clock.sleep(RETRY_MS + random.unit() * RETRY_MS);
    }
  }

  /** Stops; the link stays. What is under way fails soon. */
  close(): void {
    this.#isClosed = true;
    this.#publisher.close();
  }
}

/** An id that follows from what is reported: whoever reports it again gives it the same. */
export const derivedAuditId = (...parts: readonly string[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 32);
