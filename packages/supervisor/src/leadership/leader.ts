import {
  type CasBucket,
  type Clock,
  CONTROL_VERSION,
  type Lease,
  type Logger,
  messageOf,
  type Row,
  TroupeError,
} from "@troupe/runtime/internal";
import { NewestRow } from "../newest-row.ts";
import { decideLease, type WatchedLease } from "./lease.ts";

const KEY = "supervisor";
/** After this many times the pause between renewals without one, a standby asks whether the leader is still there. */
const MISSED = 1.2;
/** How often a standby looks at the lease. */
const STANDBY_LOOK_MS = 1_000;
/** How soon a renewal that failed is tried again. */
const RETRY_MS = 500;
/** How often a leader reads the lease, in one look, when it is another one than it wrote last. */
const READS = 5;
const READ_AGAIN_MS = 50;

export interface LeaderOptions {
  /** Name of this candidate; unique among running ones, the same after a restart. */
  readonly id: string;
  readonly leases: CasBucket<Lease>;
  readonly leaseMs: number;
  readonly renewMs: number;
  /** Asks whether nobody answers as the leader. */
  readonly isLeaderGone: () => Promise<boolean>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One term of leadership. */
export interface Term {
  readonly epoch: number;
  /** Aborts when the term is over, for whatever reason. */
  readonly signal: AbortSignal;
}

/** Competes for the one lease, and holds it by renewing. */
export class Leader {
  readonly #options: LeaderOptions;
  #term: { readonly epoch: number; readonly over: AbortController; validFromMs: number } | undefined;
  #suspected: string | undefined;
  #looks = 0;
  #watched: { revision: number; sinceMs: number } = { revision: -1, sinceMs: 0 };
  readonly #lease: NewestRow<Lease>;

  constructor(options: LeaderOptions) {
    this.#options = options;
    this.#lease = new NewestRow(options.leases, KEY);
  }

  /** Whether the lease is surely held at this moment: the last renewal was sent less than four fifths of its length ago. */
  get isLeading(): boolean {
    const { clock, leaseMs } = this.#options;
    const term = this.#term;
    return term !== undefined && !term.over.signal.aborted && clock.monotonicMs() - term.validFromMs < leaseMs * 0.8;
  }

  /** Throws `lease_lost` when the lease is not surely held. For right before a command. */
  requireLeading(): void {
    if (!this.isLeading) throw new TroupeError("lease_lost", "this supervisor does not lead");
  }

  /** When the next look is due, ms from now: of a leader in time for its next renewal, however long the last one took. */
  get nextLookMs(): number {
    const { renewMs, clock } = this.#options;
    if (!this.#term) return Math.min(renewMs, STANDBY_LOOK_MS);
    const sinceRenewedMs = clock.monotonicMs() - this.#term.validFromMs;
    return Math.max(renewMs - sinceRenewedMs, Math.min(renewMs, RETRY_MS));
  }

  /** The connection of a supervisor has ended: if it leads, the next look asks whether it is gone instead of waiting for a missing renewal. */
  suspect(id: string): void {
    this.#suspected = id;
  }

  /** One look at the lease. Returns the term that began with it, if one did. Losing the lease aborts the running term. */
  async tick(): Promise<Term | undefined> {
    const { clock, leaseMs, logger } = this.#options;
    const startedMs = clock.monotonicMs();
    // Whoever stood still for the whole lease does nothing more under its term, not even while it asks what became of it.
    if (this.#term && startedMs - this.#term.validFromMs >= leaseMs) this.#end("the lease ran out");
    try {
      const began = await this.#compete(startedMs);
      if (this.#term && !this.isLeading) this.#end("the lease ran out");
      return began;
    } catch (error) {
      logger.warn({ reason: messageOf(error) }, "the lease could not be read or written");
      if (this.#term && !this.isLeading) this.#end("the lease could not be renewed");
      return undefined;
    }
  }

  /** Gives the lease up, so that another candidate may lead at once. */
  async resign(): Promise<void> {
    const term = this.#term;
    if (!term) return;
    this.#end("stopped");
    const row = await this.#lease.read();
    if (row?.value.holder !== this.#options.id || row.value.epoch !== term.epoch) return;
    await this.#lease.put({ ...row.value, ttlMs: 0 }, row.revision);
  }

  async #compete(startedMs: number): Promise<Term | undefined> {
    const { id, clock } = this.#options;
    // Whoever holds the lease has written its row: a renewal is one write, and no copy of the store that is behind has a say in it.
    let row = this.#term ? this.#lease.known : await this.#lease.read();
    for (let tries = 1; ; tries++) {
      const decision = decideLease(await this.#watch(row, startedMs), id, this.#term?.epoch);
      if (decision.kind === "wait") {
        if (this.#term) this.#end("another supervisor leads");
        return undefined;
      }
      if (await this.#write(decision.epoch, row?.revision)) return this.#extend(decision.epoch, startedMs);
      if (!this.#term) {
        this.#lease.forget();
        return undefined;
      }
      // A renewal of its own whose answer got lost, or another supervisor: the row tells, as soon as it can be read.
      if (tries === READS) throw new TroupeError("unavailable", "somebody wrote the lease, and it cannot be read yet");
      if (tries > 1) await clock.sleep(READ_AGAIN_MS);
      row = await this.#lease.read();
    }
  }

  async #watch(row: Row<Lease> | undefined, startedMs: number): Promise<WatchedLease> {
    if ((row?.revision ?? 0) !== this.#watched.revision)
      this.#watched = { revision: row?.revision ?? 0, sinceMs: startedMs };
    const unchangedForMs = startedMs - this.#watched.sinceMs;
    const isHolderGone = await this.#isHolderGone(row?.value.holder, unchangedForMs);
    return { lease: row?.value, unchangedForMs, isHolderGone };
  }

  async #isHolderGone(holder: string | undefined, unchangedForMs: number): Promise<boolean> {
    if (this.#term) return false;
    const { renewMs, isLeaderGone } = this.#options;
    const isSuspect = holder !== undefined && holder === this.#suspected;
    this.#suspected = undefined;
    // A newcomer has not heard what was before it. Not at its first look: a leader that has just begun does not answer yet.
    const isNewcomer = ++this.#looks === 2;
    return (isSuspect || isNewcomer || unchangedForMs > renewMs * MISSED) && (await isLeaderGone());
  }

  async #write(epoch: number, revision: number | undefined): Promise<boolean> {
    const { id, leaseMs, clock } = this.#options;
    const lease: Lease = { v: CONTROL_VERSION, holder: id, epoch, renewedAtMs: clock.nowMs(), ttlMs: leaseMs };
    try {
      await this.#lease.put(lease, revision);
      return true;
    } catch (error) {
      if (TroupeError.is(error, "conflict")) return false;
      throw error;
    }
  }

  #extend(epoch: number, validFromMs: number): Term | undefined {
    if (this.#term?.epoch === epoch) {
      this.#term.validFromMs = validFromMs;
      return undefined;
    }
    if (this.#term) this.#end("a new term begins");
    const over = new AbortController();
    this.#term = { epoch, over, validFromMs };
    this.#options.logger.info({ epoch }, "leads");
    return { epoch, signal: over.signal };
  }

  #end(reason: string): void {
    this.#term?.over.abort(new TroupeError("lease_lost", reason));
    this.#options.logger.info({ epoch: this.#term?.epoch, reason }, "leads no more");
    this.#term = undefined;
  }
}
