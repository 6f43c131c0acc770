import type { Clock } from "@troupe/runtime/internal";
import { type HandOver, type HandOverView, handOver } from "./hand-over.ts";

/** A replica that went from one node to another. */
export interface HandedOver {
  /** `<version>/<mailbox>/<index>`. */
  readonly replica: string;
  readonly from: string;
  readonly to: string;
  /** From hearing that nobody took for it any more until hearing that the new node does, by this process's monotonic clock. */
  readonly pauseMs: number;
}

interface Underway {
  readonly to: string;
  readonly from: string;
  kind: HandOver["kind"];
  sinceMs: number;
}

/** Keeps the time of hand-overs: for how long each has been at its step, and how long nobody took. All of it may be lost with the leader. */
export class HandOverWatch {
  readonly #clock: Clock;
  readonly #underway = new Map<string, Underway>();
  readonly #done = new Map<string, HandedOver>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether any replica is on its way. */
  get isBusy(): boolean {
    return this.#underway.size > 0;
  }
  get underway(): number {
    return this.#underway.size;
  }

  /** The last hand-over of a replica that this leader saw; `underway` until it has seen the end of one. */
  last(replica: string): HandedOver | "underway" | undefined {
    return this.#underway.has(replica) ? "underway" : this.#done.get(replica);
  }

  /** The step that a replica is at. */
  step(replica: string, to: string, view: HandOverView): HandOver {
    const nowMs = this.#clock.monotonicMs();
    const known = this.#underway.get(replica);
    const step = handOver(replica, to, view, known?.to === to ? nowMs - known.sinceMs : 0);
    if (step.kind === "take") {
      if (known?.to === to && known.kind !== "take") this.#enter(known, "take", nowMs);
      else if (known?.to !== to) this.#underway.delete(replica);
    } else if (known?.to === to) {
      if (known.kind !== step.kind) this.#enter(known, step.kind, nowMs);
    } else this.#underway.set(replica, { to, from: step.from, kind: step.kind, sinceMs: nowMs });
    return step;
  }

  /** Those that have arrived since the last call; what is no longer wanted is forgotten. */
  arrived(isWanted: (replica: string) => boolean, { takers }: HandOverView): readonly HandedOver[] {
    const arrived: HandedOver[] = [];
    for (const [replica, { to, from, kind, sinceMs }] of this.#underway) {
      if (!isWanted(replica)) this.#underway.delete(replica);
      else if (kind === "take" && takers.get(replica)?.includes(to)) {
        this.#underway.delete(replica);
        const pauseMs = Math.round((this.#clock.monotonicMs() - sinceMs) * 10) / 10;
        arrived.push({ replica, from, to, pauseMs });
      }
    }
    for (const one of arrived) this.#done.set(one.replica, one);
    return arrived;
  }

  #enter(underway: Underway, kind: HandOver["kind"], nowMs: number): void {
    underway.kind = kind;
    underway.sinceMs = nowMs;
  }
}
