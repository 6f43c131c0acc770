import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as timer } from "node:timers/promises";

/** Until the first token: as models are, and long enough that whoever watches is there. */
const FIRST_AFTER_MS = 300;
/** Between the first token and the rest: long enough that the two never come together. */
const REST_AFTER_MS = 120;

/** A model that thinks, sends one token, waits, and ends; it notes when it sent the first one, by the last word of the question. */
export interface StubModel extends AsyncDisposable {
  readonly url: string;
  sentMs(question: string): number | undefined;
}

const QUESTION = /question ((?:nats|http)-\d+)/;

export async function startStubModel(): Promise<StubModel> {
  const sent = new Map<string, number>();
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const question = QUESTION.exec(await text(request))?.[1] ?? "";
      response.writeHead(200, { "content-type": "text/event-stream" });
      await timer(FIRST_AFTER_MS);
      sent.set(question, performance.now());
      response.write(chunk({ role: "assistant", content: "first" }, null));
      await timer(REST_AFTER_MS);
      response.write(chunk({ content: " and last" }, null));
      response.write(chunk({}, "stop"));
      response.end("data: [DONE]\n\n");
    };
    answer().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the stub model has no port");
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    sentMs: (question) => sent.get(question),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const chunk = (delta: object, finish: string | null): string =>
  `data: ${JSON.stringify({
    id: "stub",
    object: "chat.completion.chunk",
    created: 0,
    model: "stub",
    choices: [{ index: 0, delta, finish_reason: finish }],
  })}\n\n`;
