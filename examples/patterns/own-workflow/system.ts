/** A workflow of one's own: a brief, then text and picture at the same time, then the page. */
import { singleAnswer, workflow } from "@troupe/agents";
import { defineSystem } from "@troupe/runtime";

const worker = (who: string) => singleAnswer({ model: "standard", instructions: `You are the ${who}.` });

export default defineSystem({
  name: "own-workflow",
  graph: { client: ["desk"], desk: ["planner", "writer", "illustrator", "client"] },
  roles: {
    desk: workflow({
      template: [
        { name: "brief", role: "planner", prompt: "Say in three sentences what the page must tell, and to whom." },
        {
          parallel: [
            { name: "text", role: "writer", prompt: "Write the text of the page after the brief.", timeoutMs: 600_000 },
            { name: "picture", role: "illustrator", prompt: "Describe one picture that carries the brief." },
          ],
        },
        { name: "page", role: "writer", prompt: "Put text and picture together as one page.", retries: 1 },
      ],
      to: "client",
    }),
    planner: worker("planner"),
    writer: worker("writer"),
    illustrator: worker("illustrator"),
  },
});
