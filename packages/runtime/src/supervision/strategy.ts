/** What the failure of one actor means for those beside it in the host. Pure. */
import type { SupervisedGroup } from "./groups.ts";
import { decideRestart, type RestartIntensity } from "./intensity.ts";

/** An actor of a group that runs in this host. */
export interface SupervisedActor {
  readonly id: string;
  readonly role: string;
}

/** Times (monotonic) of the restarts that an actor's own failures caused and that its work has not made up for since. */
export type RestartHistory = ReadonlyMap<string, readonly number[]>;

/**
 * What to do: `restart` the named actors after the wait, or `escalate`: they rest until the intensity allows a restart again, and somebody
 * above should decide. `actors` begins with the failed one; the others follow in the order of the group.
 */
export interface FailureDecision {
  readonly directive: "restart" | "escalate";
  readonly actors: readonly string[];
  readonly delayMs: number;
  /** What the caller keeps for next time. */
  readonly history: RestartHistory;
}

/** Whom the strategy restarts when `failed` fails; without `failed` itself. The order of `actors` does not matter. */
export function actorsBeside(
  { strategy, roles }: Pick<SupervisedGroup, "strategy" | "roles">,
  actors: readonly SupervisedActor[],
  failed: SupervisedActor,
): readonly string[] {
  if (strategy === "one-for-one") return [];
  const rank = ({ role }: SupervisedActor) => roles.indexOf(role);
  const others = actors
    .filter((actor) => actor.id !== failed.id && rank(actor) >= 0)
    .toSorted((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1));
  const involved = strategy === "one-for-all" ? others : others.filter((actor) => rank(actor) > rank(failed));
  return involved.map(({ id }) => id);
}

/**
 * Decides about the failure of an actor at `nowMs` (monotonic). Actors that are restarted together share one intensity; with one-for-one
 * each has its own. `unit` in [0, 1) is the jitter.
 */
export function decideFailure(
  group: SupervisedGroup,
  actors: readonly SupervisedActor[],
  history: RestartHistory,
  failed: SupervisedActor,
  nowMs: number,
  unit: number,
): FailureDecision {
  const { strategy, intensity } = group;
  const sharing = strategy === "one-for-one" ? [failed.id] : [failed.id, ...actors.map(({ id }) => id)];
  const past = [...new Set(sharing)].flatMap((id) => history.get(id) ?? []).toSorted((a, b) => a - b);
  const decision = decideRestart(past, nowMs, intensity, unit);
  const delayMs = decision.directive === "restart" ? decision.delayMs : restMs(past, nowMs, intensity);
  return {
    directive: decision.directive,
    actors: [failed.id, ...actorsBeside(group, actors, failed)],
    delayMs,
    history: remember(history, failed.id, nowMs + delayMs, nowMs - intensity.windowMs),
  };
}

/** What is left of a history when an actor has worked: whatever made it fail before has passed. */
export function withoutFailures(history: RestartHistory, id: string): RestartHistory {
  return new Map([...history].filter(([actor]) => actor !== id));
}

/** How long until another restart keeps to the intensity. Restarts that are still to come are in `past` as well. */
function restMs(past: readonly number[], nowMs: number, { maxRestarts, windowMs }: RestartIntensity): number {
  const oldestThatCounts = past.at(-maxRestarts) ?? nowMs;
  return Math.max(1, oldestThatCounts + windowMs - nowMs);
}

function remember(history: RestartHistory, id: string, atMs: number, sinceMs: number): RestartHistory {
  const recent = [...history].map(([actor, times]) => [actor, times.filter((time) => time > sinceMs)] as const);
  const kept = new Map(recent.filter(([, times]) => times.length > 0));
  return kept.set(id, [...(kept.get(id) ?? []), atMs]);
}
