/** What a process knows of the model endpoints that it talks to: a circuit breaker each, and until when one asked to be left alone. */
import type { Clock } from "@troupe/runtime";
import {
  afterTry,
  type Breaker,
  type BreakerPolicy,
  CLOSED,
  DEFAULT_BREAKER,
  enterBreaker,
  type TryResult,
} from "./breaker.ts";

/** Leave to make one try, or why not and for how long. */
export type Leave =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly why: "open" | "rate_limited"; readonly waitMs: number };

/** One endpoint, as a model client sees it. Every allowed try must be followed by one `done`. */
export interface EndpointGate {
  enter(): Leave;
  done(result: TryResult): void;
  /** The endpoint asked for no requests for so long. */
  rest(ms: number): void;
}

/** The health of all endpoints of a process. An endpoint is one model at one base URL: that is what fails and what has a rate limit. */
export class EndpointHealth {
  readonly #clock: Clock;
  readonly #policy: BreakerPolicy;
  readonly #gates = new Map<string, EndpointGate>();

  constructor(clock: Clock, policy: BreakerPolicy = DEFAULT_BREAKER) {
    this.#clock = clock;
    this.#policy = policy;
  }

  /** The gate of an endpoint; the same one for the same endpoint. */
  gateOf(endpoint: { readonly baseUrl: string; readonly model: string }): EndpointGate {
    const key = `${endpoint.baseUrl} ${endpoint.model}`;
    const gate = this.#gates.get(key) ?? createGate(this.#clock, this.#policy);
    this.#gates.set(key, gate);
    return gate;
  }
}

function createGate(clock: Clock, policy: BreakerPolicy): EndpointGate {
  let breaker: Breaker = CLOSED;
  let restUntilMs = Number.NEGATIVE_INFINITY;
  return {
    enter: () => {
      const nowMs = clock.monotonicMs();
      if (nowMs < restUntilMs) return { allowed: false, why: "rate_limited", waitMs: restUntilMs - nowMs };
      const entry = enterBreaker(breaker, nowMs, policy);
      if (!entry.allowed) return { allowed: false, why: "open", waitMs: entry.waitMs };
      breaker = entry.next;
      return { allowed: true };
    },
    done: (result) => {
      breaker = afterTry(breaker, result, clock.monotonicMs(), policy);
    },
    rest: (ms) => {
      restUntilMs = Math.max(restUntilMs, clock.monotonicMs() + ms);
    },
  };
}
