/** The patterns of `patterns-system.ts`, each played by as many roles as there are groups of failpoints that their hosts die at. */
import { defineSystem } from "@troupe/runtime";
import patterns from "./patterns-system.ts";
import { type Kills, playedRoles } from "./played-roles.ts";

const WAITING = [["before-commit", "after-claim"], ["before-claim", "after-commit"], ["before-ack"]];
/** Without waits a hop is claimed only by who comes after a death. */
const STEPPING = [
  ["after-effect", "before-claim"],
  ["after-step", "after-claim"],
  ["before-commit", "after-commit"],
  ["before-ack"],
];

export const KILLS: Kills = {
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

const { graph, escalationRules } = patterns.manifest;

export default defineSystem({
  name: "pattern-kill",
  ...(escalationRules === undefined ? {} : { escalationRules }),
  ...playedRoles({ graph, roles: patterns.roles }, KILLS),
});
