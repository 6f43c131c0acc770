/** What the tests of the command line talk to: a relay that can be told to fail, and a role that waits to be told something. */
import { actor, complete, defineSystem, fail, forward } from "@troupe/runtime";
import { z } from "zod";

export default defineSystem({
  name: "cli-relay",
  graph: { client: ["first", "asker"], first: ["second"], second: ["client"], asker: ["client"] },
  roles: {
    first: actor({
      accepts: z.string(),
      receive: (text) =>
        text === "fail" ? fail({ code: "tool_failed", message: "as asked" }) : forward("second", `${text} first`),
    }),
    second: actor({ accepts: z.string(), receive: (text) => complete(`${text} second`) }),
    asker: actor({
      accepts: z.string(),
      receive: async (text, ctx) =>
        complete(`asked ${text}, told ${JSON.stringify(await ctx.signal("go")).slice(1, -1)}`),
    }),
  },
});
