/** What was counted, by minute, for as long as the longest window of any objective. */
import { LONGEST_SLO_WINDOW_MS } from "@troupe/runtime/internal";
import { addTo, newSum, type Sum, type Tally } from "./tally.ts";

const MINUTE_MS = 60_000;
const MINUTES = 60;
const HOUR_MS = MINUTES * MINUTE_MS;

/** The minutes of one hour, by their number within it. */
export type HourMinutes = ReadonlyMap<number, Tally>;

/** By minute only where the edge of a window may come to lie within an hour: longer windows are counted by full hours. */
const MINUTES_KEPT_MS = 4 * 24 * HOUR_MS;

interface Hour {
  /** Empty once the hour is old. */
  readonly minutes: Map<number, Sum>;
  readonly sum: Sum;
}

export class SloHistory {
  readonly #hours = new Map<number, Hour>();

  /** The number of the hour that a time lies in. */
  static hourOf(atMs: number): number {
    return Math.floor(atMs / HOUR_MS);
  }

  /** Whether an hour is kept without its minutes. */
  static isOld(hour: number, nowMs: number): boolean {
    return (hour + 1) * HOUR_MS < nowMs - MINUTES_KEPT_MS;
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
    const total = newSum();
    for (const [number, hour] of this.#hours) {
      const first = number * MINUTES;
      if (first + MINUTES <= from) continue;
      if (first >= from) addTo(total, hour.sum);
      else for (const [minute, tally] of hour.minutes) if (first + minute >= from) addTo(total, tally);
    }
    return total;
  }

  /** The first minute with anything in it, or the first hour where that is old; ms since 1970. */
  get sinceMs(): number | undefined {
    const hour = Math.min(...this.#hours.keys());
    if (!Number.isFinite(hour)) return undefined;
    const minutes = [...this.minutesOf(hour).keys()];
    return (hour * MINUTES + (minutes.length === 0 ? 0 : Math.min(...minutes))) * MINUTE_MS;
  }

  /** Forgets the minutes of old hours, and hours that no window reaches any more. */
  forget(nowMs: number): void {
    for (const [number, hour] of this.#hours) {
      const endMs = (number + 1) * HOUR_MS;
      if (endMs < nowMs - LONGEST_SLO_WINDOW_MS) this.#hours.delete(number);
      else if (SloHistory.isOld(number, nowMs)) hour.minutes.clear();
    }
  }

  #put(number: number, minute: number, tally: Tally): void {
    const hour = foundOrNew(this.#hours, number, (): Hour => ({ minutes: new Map(), sum: newSum() }));
    addTo(foundOrNew(hour.minutes, minute, newSum), tally);
    addTo(hour.sum, tally);
  }
}

function foundOrNew<Value>(map: Map<number, Value>, key: number, make: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
