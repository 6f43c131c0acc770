/**
 * The patterns that are an agent with a model: a single answer, ReAct, a hand-off, the first stage of a pipeline, and one whose message a
 * classifier reads first; each played by as many roles as there are groups of failpoints that their hosts die at.
 */
import { handOff, modelClassifier, pipeline, react, singleAnswer, tool } from "@troupe/agents";
import { defineSystem, type RoleDefinition } from "@troupe/runtime";
import { z } from "zod";
import { type Kills, playedRoles } from "./played-roles.ts";

/** `place@2` is the second time that a hop of the role comes there: first the model's step, then the tool's. */
export const KILLS: Kills = {
  clerk: [["after-step", "after-claim"]],
  finder: [["after-effect", "before-claim"], ["after-effect@2"], ["after-step@2"]],
  desk: [["after-effect", "after-claim"], ["before-commit", "after-commit"], ["before-ack"]],
  // Its first step is the classifier's.
  reader: [["after-effect", "after-claim"], ["after-step", "before-claim"], ["after-effect@2"]],
  cutter: [["after-step", "before-claim"], ["before-commit", "after-commit"], ["before-ack"]],
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
  reader: singleAnswer({
    ...settings,
    instructions: "You are the reader.",
    to: "client",
    guardrails: { input: { classifier: "allow" } },
  }),
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
  reader: ["client"],
  cutter: ["sewer"],
  sewer: ["client"],
};

export default defineSystem({
  name: "agent-kill",
  guardrails: {
    input: { classifier: "off" },
    toolResults: { classifier: "off" },
    classifier: modelClassifier({ model: "fast", asks: "all" }),
  },
  ...playedRoles({ graph, roles }, KILLS),
});
