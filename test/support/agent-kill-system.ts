/**
 * The patterns that are an agent with a model: a single answer, ReAct, a hand-off, the first stage of a pipeline; each played by as many roles
 * as there are groups of failpoints that their hosts die at.
 */
import { handOff, pipeline, react, singleAnswer, tool } from "@troupe/agents";
import { defineSystem, type RoleDefinition } from "@troupe/runtime";
import { z } from "zod";
import { HOP, type Kills, playedRoles, TWO_STEPS } from "./played-roles.ts";

export const KILLS: Kills = {
  clerk: HOP,
  // The model's step, then the tool's.
  finder: TWO_STEPS,
  desk: HOP,
  cutter: HOP,
};
export const INPUT = 'Find out. [[tool look {"what":"the sky"}]]';

const settings = { model: "fast", concurrency: 16 };
const look = tool({
  name: "look",
  description: "Looks something up",
  permission: "READ",
  parameters: z.object({ what: z.string() }),
  run: ({ what }) => `${what} is blue`,
});
const roles: Readonly<Record<string, RoleDefinition>> = {
  clerk: singleAnswer({ ...settings, instructions: "You are the clerk.", to: "client" }),
  finder: react({ ...settings, instructions: "You are the finder.", tools: [look], grants: ["READ"], to: "client" }),
  desk: handOff({ ...settings, instructions: "You are the desk.", peers: ["expert"], to: "client" }),
  expert: singleAnswer({ ...settings, instructions: "You are the expert.", to: "client" }),
  ...pipeline(["cutter", "sewer"], "client", {
    cutter: { ...settings, instructions: "You are the cutter." },
    sewer: { ...settings, instructions: "You are the sewer." },
  }),
};
const graph: Readonly<Record<string, readonly string[]>> = {
  client: Object.keys(KILLS),
  clerk: ["client"],
  finder: ["client"],
  desk: ["expert", "client"],
  expert: ["client"],
  cutter: ["sewer"],
  sewer: ["client"],
};

export default defineSystem({ name: "agent-kill", ...playedRoles({ graph, roles }, KILLS) });
