/** Roles that play others of their system, each with places at which its host dies. */
import type { RoleDefinition } from "@troupe/runtime";

/**
 * Where hosts die, by the role that is played: groups of places. Two places a group at most, since an actor that has failed three times in an
 * hour is moved, and later kept from running.
 */
export type Kills = Readonly<Record<string, readonly (readonly string[])[]>>;

/** A hop without waits: it is claimed only by who comes after a death. */
export const HOP = [
  ["after-effect", "before-claim"],
  ["after-step", "after-claim"],
  ["before-commit", "after-commit"],
  ["before-ack"],
] as const;
/** A hop whose second step is another thing than its first. */
export const TWO_STEPS = [...HOP, ["after-effect@2"], ["after-step@2"]] as const;
/** A hop that waits for others: it is claimed again at each answer, and commits each wait, at last its end. */
export const WAITING = [
  ["before-commit", "after-claim"],
  ["before-claim", "after-commit"],
  ["before-ack"],
  ["before-commit@2"],
  ["after-commit@2"],
] as const;

/** The role that plays another one and dies at the places of this group. */
const roleOf = (played: string, group: number): string => `${played}-${group}`;

/** Each role that plays another one, and whose host dies: its own, or that of another role, which is played under the same number. */
export const deathsOf = (kills: Kills, others: Readonly<Record<string, string>> = {}) =>
  Object.entries(kills).flatMap(([played, groups]) =>
    groups.map((places, group) => {
      const of = others[played] ?? played;
      return { played, role: roleOf(played, group), of, struck: { role: roleOf(of, group), places } };
    }),
  );

interface Roles {
  readonly graph: Readonly<Record<string, readonly string[]>>;
  readonly roles: Readonly<Record<string, RoleDefinition>>;
}

/** Graph and roles, with a role beside the one that it plays for each group of places. */
export function playedRoles({ graph, roles }: Roles, kills: Kills): Roles {
  const plays = deathsOf(kills);
  return {
    graph: {
      ...graph,
      client: [...(graph["client"] ?? []), ...plays.map(({ role }) => role)],
      ...Object.fromEntries(plays.map(({ played, role }) => [role, graph[played] ?? []])),
    },
    roles: {
      ...roles,
      ...Object.fromEntries(
        plays.flatMap(({ played, role }) => {
          const definition = roles[played];
          return definition === undefined ? [] : [[role, definition] as const];
        }),
      ),
    },
  };
}
