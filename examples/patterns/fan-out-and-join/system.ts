/** Three specialists work at the same time; a writer makes one answer of what the first two of them say. */
import { fanOutAndJoin, singleAnswer } from "@troupe/agents";
import { defineSystem } from "@troupe/runtime";

const specialist = (field: string) =>
  singleAnswer({
    model: "fast",
    instructions: `You are the ${field} specialist. Say what matters from your side, in three points.`,
  });

export default defineSystem({
  name: "fan-out-and-join",
  graph: { client: ["panel"], panel: ["legal", "technical", "commercial", "writer", "client"] },
  roles: {
    panel: fanOutAndJoin({
      workers: ["legal", "technical", "commercial"],
      need: { quorum: 2 },
      joiner: "writer",
      to: "client",
    }),
    legal: specialist("legal"),
    technical: specialist("technical"),
    commercial: specialist("commercial"),
    writer: singleAnswer({
      model: "standard",
      instructions: "You are the writer. Make one answer of what the specialists said; name what they disagree on.",
    }),
  },
});
