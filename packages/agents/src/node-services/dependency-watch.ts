import type { Clock } from "@troupe/runtime";
import type { DependencyReport } from "@troupe/runtime/internal";
import { afterTry, type Breaker, type BreakerPolicy, CLOSED, type TryResult } from "../models/breaker.ts";

/** What nobody has used for so long is not known any more, ms. */
export const DEPENDENCY_KNOWN_MS = 300_000;

interface Known {
  readonly breaker: Breaker;
  readonly reason: string;
  readonly heardMs: number;
}

/**
 * How things of one kind outside are, from what became of using them: down once a breaker would be open, up with the first success
 * after it. One that was not used for {@link DEPENDENCY_KNOWN_MS} is forgotten, so there are never many.
 */
export class DependencyWatch {
  readonly #kind: DependencyReport["kind"];
  readonly #clock: Clock;
  readonly #policy: BreakerPolicy;
  readonly #known = new Map<string, Known>();

  constructor(kind: DependencyReport["kind"], clock: Clock, policy: BreakerPolicy) {
    this.#kind = kind;
    this.#clock = clock;
    this.#policy = policy;
  }

  /** `reason` = why it failed, for people. */
  heard(name: string, result: TryResult, reason = ""): void {
    const heardMs = this.#clock.monotonicMs();
    const known = this.#known.get(name);
    if (result === "abandoned") return;
    const breaker = afterTry(known?.breaker ?? CLOSED, result, heardMs, this.#policy);
    this.#known.set(name, { breaker, reason, heardMs });
  }

  reports(): readonly DependencyReport[] {
    const nowMs = this.#clock.monotonicMs();
    return [...this.#known].flatMap(([name, { breaker, reason, heardMs }]): DependencyReport[] => {
      if (nowMs - heardMs > DEPENDENCY_KNOWN_MS) {
        this.#known.delete(name);
        return [];
      }
      const common = { kind: this.#kind, name: name.slice(0, 256) };
      if (breaker.state === "closed") return [{ ...common, isUp: true }];
      return [{ ...common, isUp: false, reason: reason.slice(0, 256) }];
    });
  }
}
