/** The reference system: the default of `troupe start`, and the example to begin with. */
// oxlint-disable-next-line no-restricted-imports -- a system file like any user's: bundled with what it imports by path, not with what every node has
import { agent } from "@troupe/agents";
import { defineSystem } from "@troupe/runtime";
import { ANALYST, DEVELOPER, ESCALATION, PLANNER, REVIEWER, ROUTER } from "./prompts.ts";

export default defineSystem({
  name: "reference",
  description: "A team that routes, plans, analyses, develops, reviews, and escalates what it cannot do",
  graph: {
    client: ["router"],
    router: ["planner", "analyst", "developer", "escalation"],
    planner: ["developer", "analyst", "reviewer"],
    analyst: ["reviewer", "planner"],
    developer: ["reviewer", "analyst"],
    reviewer: ["planner", "developer", "analyst", "escalation", "client"],
    escalation: ["router", "client"],
  },
  roles: {
    router: agent({
      description: "Decides who takes a request first",
      model: "fast",
      temperature: 0.1,
      instructions: ROUTER,
      route: ["planner", "analyst", "developer", "escalation"],
      decidesOnly: true,
    }),
    planner: agent({
      description: "Breaks work down into steps",
      model: "standard",
      instructions: PLANNER,
      route: ["developer", "analyst", "reviewer"],
    }),
    analyst: agent({
      description: "Finds out what is so, and why",
      model: "standard",
      instructions: ANALYST,
      route: ["reviewer", "planner"],
    }),
    developer: agent({
      description: "Builds and mends",
      model: "standard",
      instructions: DEVELOPER,
      route: ["reviewer", "analyst"],
    }),
    reviewer: agent({
      description: "Checks the work and writes the final answer",
      model: "standard",
      instructions: REVIEWER,
      route: ["client", "planner", "developer", "analyst", "escalation"],
    }),
    escalation: agent({
      description: "Takes what nobody else could finish",
      model: "standard",
      instructions: ESCALATION,
      route: ["client", "router"],
    }),
  },
});
