import type { SupervisionStrategy } from "../contracts/supervision.ts";
import type { SystemManifest } from "../contracts/system.ts";
import type { RestartIntensity } from "./intensity.ts";

/** Roles that share a strategy, with every default filled in. */
export interface SupervisedGroup {
  /** `""` = the roles that no named group has. */
  readonly name: string;
  readonly strategy: SupervisionStrategy;
  readonly intensity: RestartIntensity;
  /** In the order in which one builds on the other. */
  readonly roles: readonly string[];
}

const DEFAULT_STRATEGY = "one-for-one";
const DEFAULT_INTENSITY: RestartIntensity = { maxRestarts: 3, windowMs: 60_000, baseMs: 200, maxMs: 30_000 };

/** The groups of a system: the declared ones, then one of all other roles in the order of the file. Every role is in exactly one. */
export function supervisedGroups({
  roles,
  supervision = {},
}: Pick<SystemManifest, "roles" | "supervision">): readonly SupervisedGroup[] {
  const strategy = supervision.strategy ?? DEFAULT_STRATEGY;
  const intensity = intensityOf(supervision, DEFAULT_INTENSITY);
  const named = Object.entries(supervision.groups ?? {}).map(([name, group]) => ({
    name,
    strategy: group.strategy ?? strategy,
    intensity: intensityOf(group, intensity),
    roles: group.roles,
  }));
  const taken = new Set(named.flatMap((group) => group.roles));
  const others = Object.keys(roles).filter((role) => !taken.has(role));
  return others.length === 0 ? named : [...named, { name: "", strategy, intensity, roles: others }];
}

type Policy = Omit<NonNullable<SystemManifest["supervision"]>, "groups">;

const intensityOf = (
  { intensity, withinMs, backoff }: Policy,
  { maxRestarts, windowMs, baseMs, maxMs }: RestartIntensity,
): RestartIntensity => ({
  maxRestarts: intensity ?? maxRestarts,
  windowMs: withinMs ?? windowMs,
  baseMs: backoff?.baseMs ?? baseMs,
  maxMs: backoff?.maxMs ?? maxMs,
});
