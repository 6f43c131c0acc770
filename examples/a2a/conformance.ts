/**
 * The agent that A2A's conformance kit (https://github.com/a2aproject/a2a-tck, branch 1.0-dev) talks to: what it does is told by how the id of
 * the message begins. It shows everything that a role can answer over A2A: text, data, files, a message, artifacts on the way, a question.
 */
import {
  actor,
  artifacts,
  type Context,
  complete,
  defineSystem,
  fail,
  filePart,
  type Part,
  partsMessage,
  readMessage,
} from "@troupe/runtime";

const OUTPUT = { filename: "output.txt", mediaType: "text/plain" };
const FILE = filePart(Buffer.from("tck"), OUTPUT);

const made = (part: Part) => artifacts({ name: "output", parts: [part] });

/** Says it while the task still runs; the result has nothing to add. */
async function shown(ctx: Context, ...parts: readonly Part[]) {
  for (const [index, part] of parts.entries()) {
    const hasMore = index < parts.length - 1;
    await ctx.emit("output", artifacts({ name: "output", parts: [part], append: index > 0, hasMore }));
  }
  return complete(null);
}

/** By beginning of the id; of two that fit the longer counts. */
const ANSWERS = {
  "tck-complete-task": () => complete("Hello from TCK"),
  "tck-artifact-text": () => complete(made({ text: "Generated text content" })),
  "tck-artifact-file": () => complete(made(FILE)),
  "tck-artifact-file-url": () => complete(made({ url: "https://example.com/output.txt", ...OUTPUT })),
  "tck-artifact-data": () => complete(made({ data: { key: "value", count: 42 } })),
  "tck-message-response": () => complete(partsMessage({ text: "Direct message response" })),
  "tck-reject-task": () => fail({ code: "handler_failed", message: "rejected" }),
  "tck-stream-001": (ctx) => shown(ctx, { text: "Stream hello from TCK" }),
  "tck-stream-002": () => complete(null),
  "tck-stream-003": (ctx) => shown(ctx, { text: "Stream task lifecycle" }),
  "tck-stream-ordering-001": (ctx) => shown(ctx, { text: "Ordered output" }),
  "tck-stream-artifact-text": (ctx) => shown(ctx, { text: "Streamed text content" }),
  "tck-stream-artifact-file": (ctx) => shown(ctx, FILE),
  "tck-stream-artifact-chunked": (ctx) => shown(ctx, { text: "chunk-1 " }, { text: "chunk-2" }),
  "test-resubscribe-message-id": async (ctx) => {
    await ctx.sleep(4_000);
    return complete(null);
  },
} satisfies Record<string, (ctx: Context) => unknown>;

const LONGEST_FIRST = Object.entries(ANSWERS).toSorted(([a], [b]) => b.length - a.length);

export default defineSystem({
  name: "conformance",
  graph: { client: ["agent"], agent: ["client"] },
  roles: {
    agent: actor({
      description: "Answers A2A's conformance kit",
      concurrency: 32,
      takesFiles: true,
      receive: async (message, ctx) => {
        let { id = "" } = readMessage(message);
        while (id.startsWith("tck-input-required")) {
          id = readMessage((await ctx.signal("answer")) ?? "").id ?? "";
        }
        const answer = LONGEST_FIRST.find(([prefix]) => id.startsWith(prefix))?.[1];
        return answer?.(ctx) ?? complete(`Unhandled messageId prefix: ${id}`);
      },
    }),
  },
});
