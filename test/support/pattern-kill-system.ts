/**
 * The patterns of `patterns-system.ts`, each played by as many roles as there are groups of failpoints that their hosts die at, and workflows
 * of which it is a stage of a parallel group whose host dies.
 */
import { workflow } from "@troupe/agents";
import { defineSystem, type RoleDefinition } from "@troupe/runtime";
import patterns from "./patterns-system.ts";
import { HOP, type Kills, playedRoles, WAITING } from "./played-roles.ts";

export const KILLS: Kills = {
  editor: WAITING,
  lead: WAITING,
  panel: WAITING,
  poll: WAITING,
  floor: WAITING,
  room: WAITING,
  board: WAITING,
  works: WAITING,
  unsure: HOP,
  careful: HOP,
};

/** Of `crew-<n>` it is the stage `hand-<n>` whose host dies. */
export const STAGES: Kills = { crew: HOP };
export const STRUCK = { crew: "hand" };

const { graph, escalationRules } = patterns.manifest;
const { quick } = patterns.roles;

const crewOf = (hand: string): RoleDefinition =>
  workflow({
    concurrency: 16,
    template: [
      {
        parallel: [
          { name: "code", role: hand, prompt: "code" },
          { name: "text", role: "other", prompt: "text" },
        ],
      },
      { name: "check", role: "quick", prompt: "check" },
    ],
    to: "client",
  });

/** Each workflow with a stage of its own; the first pair is the calm one. */
const pairs = ["", ...HOP.map((_, group) => `-${group}`)].map((end) => [`crew${end}`, `hand${end}`] as const);
const played = playedRoles({ graph, roles: patterns.roles }, KILLS);

const allEdges: Readonly<Record<string, readonly string[]>> = {
  ...played.graph,
  client: [...(played.graph["client"] ?? []), ...pairs.map(([crew]) => crew)],
  ...Object.fromEntries(pairs.map(([crew, hand]) => [crew, [hand, "other", "quick", "client"]])),
};
const allRoles: Readonly<Record<string, RoleDefinition>> = {
  ...played.roles,
  ...Object.fromEntries(pairs.map(([crew, hand]) => [crew, crewOf(hand)])),
  ...(quick === undefined ? {} : Object.fromEntries(pairs.map(([, hand]) => [hand, quick]))),
};

export default defineSystem({
  name: "pattern-kill",
  ...(escalationRules === undefined ? {} : { escalationRules }),
  graph: allEdges,
  roles: allRoles,
});
