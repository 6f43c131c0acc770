/** What a process knows of the model endpoints that it talks to: a circuit breaker each, and until when one asked to be left alone. */
import type { Clock } from "@troupe/runtime";
import { actorMetrics } from "@troupe/runtime/internal";
import type { Observed } from "../limits/rate-headers.ts";
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
  /** What its last answer said of its limit on requests. */
  learn(requests: Pick<Observed, "remaining" | "fullInMs">): void;
  /** Requests that it allows until its limit is full again; `undefined` = not known, or it is full by now. */
  callsLeft(): number | undefined;
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
    const gate =
      this.#gates.get(key) ?? createGate(this.#clock, this.#policy, (state) => showState(endpoint.model, state));
    this.#gates.set(key, gate);
    return gate;
  }
}

const STATES: Readonly<Record<Breaker["state"], number>> = { closed: 0, half_open: 0.5, open: 1 };
const showState = (model: string, state: Breaker["state"]): void =>
  actorMetrics.set("troupe_model_breaker_state", { model }, STATES[state]);

function createGate(clock: Clock, policy: BreakerPolicy, show: (state: Breaker["state"]) => void): EndpointGate {
  let breaker: Breaker = CLOSED;
  show(breaker.state);
  let restUntilMs = Number.NEGATIVE_INFINITY;
  let left = { calls: 0, untilMs: Number.NEGATIVE_INFINITY };
  return {
    enter: () => {
      const nowMs = clock.monotonicMs();
      if (nowMs < restUntilMs) return { allowed: false, why: "rate_limited", waitMs: restUntilMs - nowMs };
      const entry = enterBreaker(breaker, nowMs, policy);
      if (!entry.allowed) return { allowed: false, why: "open", waitMs: entry.waitMs };
      breaker = entry.next;
      show(breaker.state);
      return { allowed: true };
    },
    done: (result) => {
      breaker = afterTry(breaker, result, clock.monotonicMs(), policy);
      show(breaker.state);
    },
    rest: (ms) => {
      restUntilMs = Math.max(restUntilMs, clock.monotonicMs() + ms);
    },
    learn: ({ remaining, fullInMs }) => {
      left = { calls: remaining, untilMs: clock.monotonicMs() + fullInMs };
    },
    callsLeft: () => (clock.monotonicMs() < left.untilMs ? left.calls : undefined),
  };
}
