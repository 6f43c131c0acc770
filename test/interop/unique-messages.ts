/**
 * Stands before a gateway and makes the id of each A2A message unique, by a number at its end. The conformance kit begins several tasks with
 * one message, id and content alike, and a message that is sent again is one task here.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

const MESSAGE_ID = /("messageId":\s*"[^"]+)"/g;

/** Where the gateway at `target` is reached through it. */
export async function uniqueMessages(target: string): Promise<AsyncDisposable & { readonly url: string }> {
  let count = 0;
  const server = createServer((incoming, answer) => {
    forward(target, incoming, answer, (body) => body.replace(MESSAGE_ID, (_, id: string) => `${id}-${++count}"`)).catch(
      () => answer.destroy(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The name that it was asked under goes on with the request: cards tell addresses that lead here. */
async function forward(
  target: string,
  incoming: IncomingMessage,
  answer: ServerResponse,
  change: (body: string) => string,
): Promise<void> {
  const body = Buffer.from(change((await buffer(incoming)).toString("utf8")));
  const { "transfer-encoding": _, "content-length": __, ...headers } = incoming.headers;
  const { method } = incoming;
  const hasBody = method !== "GET" && method !== "DELETE";
  const length = hasBody ? { "content-length": body.length } : {};
  const outgoing = request(`${target}${incoming.url ?? ""}`, { method, headers: { ...headers, ...length } });
  answer.on("close", () => outgoing.destroy());
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing
      .on("response", resolve)
      .on("error", reject)
      .end(hasBody ? body : undefined);
  });
  answer.writeHead(response.statusCode ?? 502, response.headers);
  response.pipe(answer);
}
