/** Roles that play others of their system, each with places at which its host dies. */
import type { RoleDefinition } from "@troupe/runtime";

/**
 * Where hosts die, by the role that is played: groups of places. Two places a group at most, since an actor that has failed three times in an
 * hour is moved, and later kept from running.
 */
export type Kills = Readonly<Record<string, readonly (readonly string[])[]>>;

/** The role that plays another one and dies at the places of this group. */
const roleOf = (played: string, group: number): string => `${played}-${group}`;

/** Each role that plays another one, with where its host dies. */
export const deathsOf = (kills: Kills) =>
  Object.entries(kills).flatMap(([played, groups]) =>
    groups.map((places, group) => ({ played, role: roleOf(played, group), places })),
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
