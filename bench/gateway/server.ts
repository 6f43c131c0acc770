/** One HTTP server as a process of its own: the gateway, or the framework with one publish behind a route. Tells its URL and waits. */
import { randomUUID } from "node:crypto";
import { jetstream } from "@nats-io/jetstream";
import { createGateway } from "@troupe/gateway";
import { createLogger, createPublisher, type Link, openLink } from "@troupe/runtime/internal";
import fastify from "fastify";
import { ServerOrder } from "./server-order.ts";

const encoder = new TextEncoder();

/** Stores a body under a subject of its own, awaited. */
async function publisherOf(kind: "bare-library" | "bare-publisher", link: Link) {
  if (kind === "bare-library") {
    const js = jetstream(link.nc);
    return (subject: string, body: Uint8Array) => js.publish(subject, body);
  }
  const publisher = createPublisher(link);
  return async (subject: string, body: Uint8Array) => {
    const outcome = await publisher.publish(subject, body);
    if (outcome.kind !== "stored") throw new Error(outcome.kind);
  };
}

async function startBare(order: ServerOrder & { readonly kind: "bare-library" | "bare-publisher" }): Promise<string> {
  const { url, seed, subject, kind } = order;
  const link = await openLink({ servers: url, name: "bench/bare", user: "supervisor", seed, logger });
  const publish = await publisherOf(kind, link);
  const app = fastify();
  app.post("/api/v1/tasks", async (request, reply) => {
    const id = randomUUID();
    await publish(`${subject}.${id}`, encoder.encode(JSON.stringify(request.body)));
    return reply.code(202).send({ task_id: id, status: "accepted" });
  });
  return app.listen({ host: "127.0.0.1", port: 0 });
}

async function startGateway({ url, seed, system }: ServerOrder): Promise<string> {
  const gateway = createGateway({ system, servers: url, seed, logger });
  await gateway.start();
  return gateway.url;
}

const logger = createLogger({ name: "bench", level: "error" });
const order = ServerOrder.parse(JSON.parse(process.argv[2] ?? ""));
const { kind } = order;
process.send?.({ url: kind === "gateway" ? await startGateway(order) : await startBare({ ...order, kind }) });
