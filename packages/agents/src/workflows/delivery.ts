import type { WorkflowTemplate } from "./stage.ts";

/** The built-in template: from a request to something that is delivered. The stages are done by roles of the same names. */
export const DELIVERY = [
  {
    name: "triage",
    prompt:
      "Say what kind of request this is, how urgent it is, what is known and what is missing. Do not solve it. Later stages rely on what you say.",
  },
  {
    name: "plan",
    prompt:
      "Plan the work that the triage found: the steps in their order, each with what it must bring, and how one will see that all is done.",
  },
  {
    name: "execute",
    prompt: "Carry out the plan, completely and nothing beyond it. Say for each step what came out of it.",
  },
  {
    name: "review",
    prompt:
      "Hold what was done against the request and the plan. Say what is right, what is wrong or missing, and whether it may be delivered.",
  },
  {
    name: "deploy",
    prompt: "Deliver what was reviewed. If the review found it not fit to be delivered, say so and deliver nothing.",
    // An answer that does not come leaves open what has been delivered already: that is for a person to find out.
    retries: 0,
  },
] as const satisfies WorkflowTemplate;
