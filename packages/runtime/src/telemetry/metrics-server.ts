import type { Server, ServerResponse } from "node:http";
import { messageOf, TroupeError } from "../errors.ts";
import type { Logger } from "./logger.ts";

/** What is served. */
export interface ServedMetrics {
  readonly contentType: string;
  text(): Promise<string>;
}

export interface MetricsServer {
  /** Where it is served, `/metrics` included. */
  readonly url: string;
  close(): Promise<void>;
}

/** Host and port of `HOST:PORT`, `[::1]:PORT` or a bare port, which is on loopback. Throws `invalid_config`. */
export function parseMetricsAddress(text: string): { readonly host: string; readonly port: number } {
  const [, host = "127.0.0.1", digits] = /^(?:(\[[^\]]+\]|[^:]+):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits ?? Number.NaN);
  if (!Number.isInteger(port) || port > 65_535)
    throw new TroupeError("invalid_config", `metrics: ${JSON.stringify(text)} is not HOST:PORT`);
  return { host: host.replace(/^\[|\]$/g, ""), port };
}

/**
 * Serves `GET /metrics` to whoever reaches the address: there is no sign-in. Throws `invalid_config` when it cannot listen there.
 */
export async function serveMetrics(address: string, metrics: ServedMetrics, logger: Logger): Promise<MetricsServer> {
  const { host, port } = parseMetricsAddress(address);
  // Loaded here: it brings much along, and few processes serve their metrics themselves.
  const { createServer } = await import("node:http");
  const server = createServer((request, response) => {
    if (request.url?.split("?", 1)[0] !== "/metrics") response.writeHead(404).end();
    else if (request.method === "GET") void answer(metrics, response, logger);
    else response.writeHead(405, { allow: "GET" }).end();
  });
  await listen(server, host, port);
  const bound = server.address();
  const boundPort = typeof bound === "object" && bound !== null ? bound.port : port;
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${boundPort}/metrics`;
  logger.info({ url }, "metrics are served");
  return { url, close: () => close(server) };
}

async function answer(metrics: ServedMetrics, response: ServerResponse, logger: Logger): Promise<void> {
  try {
    const text = await metrics.text();
    response.writeHead(200, { "content-type": metrics.contentType }).end(text);
  } catch (error) {
    logger.error({ reason: messageOf(error) }, "metrics could not be read");
    response.writeHead(500).end();
  }
}

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", (cause) =>
      reject(new TroupeError("invalid_config", `metrics: cannot listen on ${host}:${port}`, { cause })),
    );
    server.listen(port, host, resolve);
  });

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}
