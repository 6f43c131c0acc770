import type { Clock } from "@troupe/runtime";
import { admitCall, type RateDecision, type RateWindow } from "./rate-window.ts";

/** The calls of one process, for when the node cannot be asked: then the limit holds for each process by itself. */
export class ProcessRate {
  readonly #clock: Clock;
  readonly #windows = new Map<string, RateWindow>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  admit(role: string, tool: string, limit: number): RateDecision {
    const key = JSON.stringify([role, tool]);
    const decision = admitCall(this.#windows.get(key) ?? [], limit, this.#clock.nowMs());
    if (decision.isAdmitted) this.#windows.set(key, decision.window);
    return decision;
  }
}
