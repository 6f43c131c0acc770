/** What was counted, by minute, for as long as the longest window of any objective. */
import { LONGEST_SLO_WINDOW_MS } from "@troupe/runtime/internal";
import { EMPTY_TALLY, plus, type Tally } from "./tally.ts";

const MINUTE_MS = 60_000;
const MINUTES = 60;
const HOUR_MS = MINUTES * MINUTE_MS;

/** The minutes of one hour, by their number within it. */
export type HourMinutes = ReadonlyMap<number, Tally>;

interface Hour {
  readonly minutes: Map<number, Tally>;
  sum: Tally;
}

export class SloHistory {
  readonly #hours = new Map<number, Hour>();

  /** The number of the hour that a time lies in. */
  static hourOf(atMs: number): number {
    return Math.floor(atMs / HOUR_MS);
  }

  add(atMs: number, tally: Tally): void {
    const minute = Math.floor(atMs / MINUTE_MS);
    this.#put(Math.floor(minute / MINUTES), minute % MINUTES, tally);
  }

  /** Takes over an hour that was stored. */
  load(hour: number, minutes: HourMinutes): void {
    this.#hours.delete(hour);
    for (const [minute, tally] of minutes) this.#put(hour, minute, tally);
  }

  minutesOf(hour: number): HourMinutes {
    return this.#hours.get(hour)?.minutes ?? new Map();
  }

  /** Sum of the full and the present minutes within that time before now. */
  sum(windowMs: number, nowMs: number): Tally {
    const from = Math.floor((nowMs - windowMs) / MINUTE_MS) + 1;
    let total = EMPTY_TALLY;
    for (const [number, hour] of this.#hours) {
      const first = number * MINUTES;
      if (first + MINUTES <= from) continue;
      if (first >= from) total = plus(total, hour.sum);
      else for (const [minute, tally] of hour.minutes) if (first + minute >= from) total = plus(total, tally);
    }
    return total;
  }

  /** The first minute with anything in it, ms since 1970. */
  get sinceMs(): number | undefined {
    const hour = Math.min(...this.#hours.keys());
    const minute = Math.min(...this.minutesOf(hour).keys());
    return Number.isFinite(hour) ? (hour * MINUTES + minute) * MINUTE_MS : undefined;
  }

  /** Forgets hours that no window reaches any more. */
  forget(nowMs: number): void {
    for (const hour of this.#hours.keys())
      if ((hour + 1) * HOUR_MS < nowMs - LONGEST_SLO_WINDOW_MS) this.#hours.delete(hour);
  }

  #put(number: number, minute: number, tally: Tally): void {
    const hour = this.#hours.get(number) ?? { minutes: new Map<number, Tally>(), sum: EMPTY_TALLY };
    hour.minutes.set(minute, plus(hour.minutes.get(minute) ?? EMPTY_TALLY, tally));
    hour.sum = plus(hour.sum, tally);
    this.#hours.set(number, hour);
  }
}
