/** Three agents in a line. In YAML the same is `to: <next>` on each role: see examples/research. */
import { pipeline } from "@troupe/agents";
import { defineSystem } from "@troupe/runtime";

export default defineSystem({
  name: "pipeline",
  graph: { client: ["research"], research: ["analysis"], analysis: ["writing"], writing: ["client"] },
  roles: pipeline(["research", "analysis", "writing"], "client", {
    research: { model: "fast", instructions: "You are the research role. Collect what is known as short notes." },
    analysis: { model: "standard", instructions: "You are the analysis role. Say what the notes show together." },
    writing: { model: "standard", instructions: "You are the writing role. Write a clear answer from the findings." },
  }),
});
