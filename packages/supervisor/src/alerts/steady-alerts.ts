/** What keeps alerts from flapping: one that comes back soon after its end stays until its condition has been away for a while. Pure. */
import { type FiringAlert, identityOf } from "./alerts.ts";

/** How long an alert's end is remembered, and how long the condition of one that came back must be away before that one is over. */
export const CALM_MS = 60_000;

/** An alert that fires, or has done so not long ago. */
export interface RecentAlert {
  readonly alert: FiringAlert;
  /** When its condition last held; ms since 1970. */
  readonly heldMs: number;
  readonly isOver: boolean;
  /** Whether it has come back after an end. */
  readonly isFlapping: boolean;
}

/** Those whose condition holds now, and the recent ones before, by their identity. */
export function steadied(
  before: ReadonlyMap<string, RecentAlert>,
  now: readonly FiringAlert[],
  nowMs: number,
): ReadonlyMap<string, RecentAlert> {
  const recent = new Map<string, RecentAlert>();
  for (const alert of now) {
    const known = before.get(identityOf(alert));
    const since = known && !known.isOver ? known.alert.since : alert.since;
    const isFlapping = known !== undefined && (known.isFlapping || known.isOver);
    recent.set(identityOf(alert), { alert: { ...alert, since }, heldMs: nowMs, isOver: false, isFlapping });
  }
  for (const [identity, known] of before) {
    if (recent.has(identity) || nowMs - known.heldMs >= CALM_MS) continue;
    recent.set(identity, { ...known, isOver: known.isOver || !known.isFlapping });
  }
  return recent;
}

/** The alerts that people are told of. */
export const notOver = (recent: ReadonlyMap<string, RecentAlert>): readonly FiringAlert[] =>
  [...recent.values()].filter(({ isOver }) => !isOver).map(({ alert }) => alert);
