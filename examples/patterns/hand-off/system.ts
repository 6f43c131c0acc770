/** Two agents that hand a conversation over to one another; whoever knows the answer gives it. */
import { handOff } from "@troupe/agents";
import { defineSystem } from "@troupe/runtime";

export default defineSystem({
  name: "hand-off",
  graph: { client: ["reception"], reception: ["billing", "client"], billing: ["reception", "client"] },
  roles: {
    reception: handOff({
      description: "Answers what is simple",
      model: "fast",
      instructions: "You are the reception. Answer simple questions yourself; hand over what is about money.",
      peers: ["billing"],
      to: "client",
    }),
    billing: handOff({
      description: "Knows invoices and payments",
      model: "standard",
      instructions:
        "You are the billing role. Answer questions about invoices; hand back what is about something else.",
      peers: ["reception"],
      to: "client",
    }),
  },
});
