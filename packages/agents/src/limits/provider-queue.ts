import { type Clock, TroupeError } from "@troupe/runtime";
import { FairQueue } from "./fair-queue.ts";
import {
  type CallCost,
  corrected,
  fullShare,
  merged,
  observed,
  type ProviderLimit,
  refilled,
  type Share,
  shareOf,
  sharers,
  waitFor,
} from "./provider-limit.ts";
import type { RateLimits } from "./rate-headers.ts";

/** Longest wait for a turn, ms; then the call is told to come back. */
export const LONGEST_TURN_WAIT_MS = 40_000;
const SHORTEST_LOOK_MS = 5;
/** Calls at once to a provider of which nothing is known yet. */
const COLD_CALLS = 8;

interface Waiting {
  readonly cost: CallCost;
  readonly begin: () => void;
  /** It will not have its turn. */
  readonly refuse: (why: TroupeError) => void;
}

/** A call that has its turn; it ends with what the answer told, or with nothing. */
export interface Turn {
  end(told: { readonly limits?: RateLimits | undefined; readonly restMs?: number | undefined }): void;
}

/** The calls of one node to one provider: those that the limit has no room for wait, fair between tenants. */
export class ProviderQueue {
  readonly #clock: Clock;
  readonly #node: string;
  readonly #onChange: () => void;
  readonly #queue = new FairQueue<Waiting>();
  #limit: ProviderLimit;
  #share: Share;
  #inFlight = 0;
  /** Whether any call has ended: only then is it known what the provider says of limits. */
  #hasAnswered = false;
  #look: AbortController | undefined;

  /** `onChange` is called when an answer has told something that the other nodes should know. */
  constructor(limit: ProviderLimit, node: string, clock: Clock, onChange: () => void) {
    this.#limit = limit;
    this.#share = fullShare(clock.nowMs());
    this.#node = node;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** What this node knows of the limit. */
  get limit(): ProviderLimit {
    return this.#limit;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /** Waits for a turn. Throws `overloaded` when it has not come in time, `unavailable` when the node leaves meanwhile. */
  async enter(tenant: string, cost: CallCost): Promise<Turn> {
    const turn = Promise.withResolvers<void>();
    let hasBegun = false;
    const begin = () => {
      hasBegun = true;
      turn.resolve();
    };
    const waiting: Waiting = { cost, begin, refuse: turn.reject };
    this.#queue.add(tenant, waiting, shareOf(this.#limit, cost));
    this.#serve();
    const inTime = new AbortController();
    const tooLate = this.#clock.sleep(LONGEST_TURN_WAIT_MS, inTime.signal).catch(() => undefined);
    try {
      await Promise.race([turn.promise, tooLate]);
    } finally {
      inTime.abort();
    }
    if (hasBegun) return this.#turn();
    this.#queue.remove(waiting);
    throw new TroupeError(
      "overloaded",
      `the limit of ${this.#limit.name} is in use; no turn in ${LONGEST_TURN_WAIT_MS / 1_000} s`,
      {
        details: { why: "provider_limit", provider: this.#limit.name },
      },
    );
  }

  /** Sends away whoever waits. */
  close(): void {
    this.#look?.abort();
    for (let next = this.#queue.take(); next !== undefined; next = this.#queue.take()) {
      next.refuse(new TroupeError("unavailable", "the node is leaving"));
    }
  }

  /** Takes in what another node has learned. */
  learn(limit: ProviderLimit): void {
    this.#hasAnswered = true;
    this.#know(merged(this.#limit, limit));
  }

  #turn(): Turn {
    let hasEnded = false;
    return {
      end: (told) => {
        if (hasEnded) return;
        hasEnded = true;
        this.#hasAnswered = true;
        this.#inFlight -= 1;
        const limit = observed(this.#limit, told, this.#node, this.#clock.nowMs());
        this.#know(limit);
        if (told.limits !== undefined || told.restMs !== undefined) this.#onChange();
      },
    };
  }

  #know(limit: ProviderLimit): void {
    const isNews = limit.observedAtMs > this.#limit.observedAtMs || limit.limits !== this.#limit.limits;
    const share = this.#refilled();
    this.#limit = limit;
    if (isNews) this.#share = corrected(share, limit, this.#part, this.#inFlight);
    this.#serve();
  }

  /** Of the whole limit; smaller with each node that calls as well. */
  get #part(): number {
    return 1 / sharers(this.#limit, this.#node, this.#clock.nowMs());
  }

  #refilled(): Share {
    return refilled(this.#share, this.#limit, this.#part, this.#clock.nowMs());
  }

  /** Lets everybody go whose turn it is, and looks again when the next one may. */
  #serve(): void {
    this.#look?.abort();
    this.#look = undefined;
    this.#share = this.#refilled();
    for (let next = this.#queue.peek(); next !== undefined; next = this.#queue.peek()) {
      if (!this.#hasAnswered && this.#inFlight >= COLD_CALLS) return;
      const { cost, begin } = next;
      const waitMs = waitFor(this.#share, this.#limit, this.#part, cost, this.#clock.nowMs());
      if (waitMs > 0) return void this.#lookAfter(Math.max(SHORTEST_LOOK_MS, waitMs));
      this.#queue.take();
      this.#inFlight += 1;
      const { requests, tokens } = this.#share;
      this.#share = { ...this.#share, requests: requests - cost.requests, tokens: tokens - cost.tokens };
      begin();
    }
  }

  async #lookAfter(ms: number): Promise<void> {
    const look = new AbortController();
    this.#look = look;
    try {
      await this.#clock.sleep(ms, look.signal);
    } catch {
      return; // somebody has looked before: the only way a sleep rejects
    }
    if (this.#look === look) this.#serve();
  }
}
