/**
 * Entries that nobody waits for, such as denials: stored one after the other in the background. An attacker decides how many there are, so
 * in each second the first few hundred are stored one by one and the rest as a number.
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
  /** Entries stored one by one in a second. Default 1,000. */
  readonly perSecond?: number;
}

const PER_SECOND = 1_000;
/** Waiting entries beyond these are counted only. */
const WAITING = 5_000;
const PAUSE_MS = 1_000;

export class AuditNotes {
  readonly #options: AuditNotesOptions;
  readonly #perSecond: number;
  readonly #closed = new AbortController();
  readonly #waiting: Note[] = [];
  readonly #omitted = new Map<AuditEvent["event"], number>();
  #second = Number.NEGATIVE_INFINITY;
  #inSecond = 0;
  #storing: Promise<void> | undefined;

  constructor(options: AuditNotesOptions) {
    this.#options = options;
    this.#perSecond = options.perSecond ?? PER_SECOND;
  }

  /** Takes an event; it is stored soon, or counted when there are too many. Never throws. */
  note(what: AuditEvent, details: AuditDetails = {}): void {
    if (this.#closed.signal.aborted) return;
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - this.#second >= 1_000) {
      this.#second = nowMs;
      this.#inSecond = 0;
    }
    if (++this.#inSecond > this.#perSecond || this.#waiting.length >= WAITING)
      this.#omitted.set(what.event, (this.#omitted.get(what.event) ?? 0) + 1);
    else this.#waiting.push({ what, details: { atMs: this.#options.clock.nowMs(), ...details } });
    this.#storing ??= this.#storeAll();
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
      const note = this.#waiting.shift();
      if (note === undefined) await this.#summarise();
      else await this.#store(note);
    }
    this.#storing = undefined;
  }

  /** One entry a kind and second, however many were left out. */
  async #summarise(): Promise<void> {
    await this.#pause();
    for (const [of, count] of this.#omitted) {
      this.#waiting.push({
        what: { event: "omitted", who: {}, of, reason: "too many in one second" },
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
