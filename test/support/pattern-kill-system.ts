/** The patterns of `patterns-system.ts`, each played by as many roles as there are groups of failpoints that their hosts die at. */
import { defineSystem } from "@troupe/runtime";
import patterns from "./patterns-system.ts";

const WAITING = [["before-commit", "after-claim"], ["before-claim", "after-commit"], ["before-ack"]];
/** Without waits a hop is claimed only by who comes after a death. */
const STEPPING = [
  ["after-effect", "before-claim"],
  ["after-step", "after-claim"],
  ["before-commit", "after-commit"],
  ["before-ack"],
];

/**
 * Where the host of each role dies, by the door that it plays: two places at most, since an actor that has failed three times in an hour is
 * moved, and later kept from running.
 */
export const KILLS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  editor: WAITING,
  lead: WAITING,
  panel: WAITING,
  poll: WAITING,
  floor: WAITING,
  room: WAITING,
  board: WAITING,
  works: WAITING,
  unsure: STEPPING,
  careful: STEPPING,
};

export const roleOf = (door: string, group: number): string => `${door}-${group}`;
const plays = Object.entries(KILLS).flatMap(([door, groups]) =>
  groups.map((_, group) => ({ door, name: roleOf(door, group) })),
);

const { graph, roles, ...rest } = { ...patterns.manifest, roles: patterns.roles };
const played = (door: string) => roles[door] ?? patterns.roles["quick"];

export default defineSystem({
  name: "pattern-kill",
  ...(rest.escalationRules === undefined ? {} : { escalationRules: rest.escalationRules }),
  graph: {
    ...graph,
    client: [...(graph["client"] ?? []), ...plays.map(({ name }) => name)],
    ...Object.fromEntries(plays.map(({ door, name }) => [name, graph[door] ?? []])),
  },
  roles: {
    ...roles,
    ...Object.fromEntries(plays.flatMap(({ door, name }) => (played(door) ? [[name, played(door)]] : []))),
  },
} as Parameters<typeof defineSystem>[0]);
