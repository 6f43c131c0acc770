/**
 * Entries that nobody waits for, such as denials: stored in the background. An attacker decides how many there are, so
 * beyond a burst, and so many a second after it, they are stored as a number.
 */
import type { Clock } from "../clock.ts";
import type { AuditEvent } from "../contracts/audit.ts";
import { messageOf, TroupeError } from "../errors.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { AuditDetails, AuditWriter } from "./audit-writer.ts";

interface Note {
  readonly what: AuditEvent;
  readonly details: AuditDetails;
}

export interface AuditNotesOptions {
  readonly writer: Pick<AuditWriter, "store">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Entries that may come at once and are stored one by one. Default 20,000. */
  readonly burst?: number;
  /** How fast that is allowed for anew. Default 500. */
  readonly perSecond?: number;
}

const BURST = 20_000;
const PER_SECOND = 500;
const PAUSE_MS = 1_000;
/** Sent before the first of them is acknowledged; on one connection they are stored in this order. */
const AT_ONCE = 64;

export class AuditNotes {
  readonly #options: AuditNotesOptions;
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #closed = new AbortController();
  readonly #waiting: Note[] = [];
  readonly #omitted = new Map<AuditEvent["event"], number>();
  /** How many may still come at once, at that time. */
  #allowed: number;
  #allowedAtMs: number;
  #storing: Promise<void> | undefined;

  constructor(options: AuditNotesOptions) {
    this.#options = options;
    this.#burst = options.burst ?? BURST;
    this.#perSecond = options.perSecond ?? PER_SECOND;
    this.#allowed = this.#burst;
    this.#allowedAtMs = options.clock.monotonicMs();
  }

  /** Takes an event; it is stored soon, or counted when there are too many. Never throws. */
  note(what: AuditEvent, details: AuditDetails = {}): void {
    if (this.#closed.signal.aborted) return;
    if (this.#isAllowed()) this.#waiting.push({ what, details: { atMs: this.#options.clock.nowMs(), ...details } });
    else this.#omitted.set(what.event, (this.#omitted.get(what.event) ?? 0) + 1);
    this.#storing ??= this.#storeAll();
  }

  #isAllowed(): boolean {
    const nowMs = this.#options.clock.monotonicMs();
    const sinceMs = nowMs - this.#allowedAtMs;
    this.#allowed = Math.min(this.#burst, this.#allowed + (sinceMs / 1_000) * this.#perSecond);
    this.#allowedAtMs = nowMs;
    if (this.#allowed < 1 || this.#waiting.length >= this.#burst) return false;
    this.#allowed--;
    return true;
  }

  /** Resolves when everything noted so far is stored, or was given up. */
  async flush(): Promise<void> {
    await this.#storing;
  }

  /** Gives up what is not stored. */
  close(): void {
    this.#closed.abort();
  }

  async #storeAll(): Promise<void> {
    // Whoever notes several things at once finds them all here.
    await Promise.resolve();
    while (!this.#closed.signal.aborted && (this.#waiting.length > 0 || this.#omitted.size > 0)) {
      const notes = this.#waiting.splice(0, AT_ONCE);
      if (notes.length === 0) await this.#summarise();
      else await Promise.all(notes.map((note) => this.#store(note)));
    }
    this.#storing = undefined;
  }

  /** One entry a kind and second, however many were left out. */
  async #summarise(): Promise<void> {
    await this.#pause();
    for (const [of, count] of this.#omitted) {
      this.#waiting.push({
        what: { event: "omitted", who: {}, of, reason: "too many at once" },
        details: { count, atMs: this.#options.clock.nowMs() },
      });
    }
    this.#omitted.clear();
  }

  /** Tries until it is stored. */
  async #store({ what, details }: Note): Promise<void> {
    const { writer, logger } = this.#options;
    while (!this.#closed.signal.aborted) {
      try {
        return await writer.store(what, details);
      } catch (error) {
        logger.error({ event: what.event, reason: messageOf(error) }, "an audit entry is not stored");
        // What no store takes would stand before all others for ever.
        if (!TroupeError.is(error, "unavailable", "store_full")) return;
        await this.#pause();
      }
    }
  }

  async #pause(): Promise<void> {
    // The only rejection is that of the end, which the loops see.
    await this.#options.clock.sleep(PAUSE_MS, this.#closed.signal).catch(() => undefined);
  }
}
