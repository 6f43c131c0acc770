import { isAtLeast, type Link, MINIMUM_SERVER_VERSION } from "@troupe/runtime/internal";
import { type Check, type Finding, failed, ok, warning } from "./check.ts";

/** Largest record: a body that travels inline, and its headers. Bytes. */
const RECORD_BYTES = 640 * 1024;

/** What a server says of itself when a client connects. */
export interface ServerFacts {
  readonly version: string;
  readonly headers: boolean;
  readonly maxPayloadBytes: number;
  readonly hasJetStream: boolean;
}

/** Judges a server that let us in. Pure. */
export function judgeServer({ version, headers, maxPayloadBytes, hasJetStream }: ServerFacts): Finding {
  if (!isAtLeast(version, MINIMUM_SERVER_VERSION))
    return failed(`nats-server ${version} is older than ${MINIMUM_SERVER_VERSION}`, {
      why: "older servers silently ignore settings of streams that keep tasks safe",
      remedy: `install nats-server ${MINIMUM_SERVER_VERSION} or newer`,
    });
  if (!hasJetStream)
    return failed(`nats-server ${version} has no JetStream`, {
      why: "every task is a log in JetStream: without it nothing is stored",
      remedy: "start it with -js and a store (-sd DIR), and enable JetStream for the account",
    });
  if (!headers)
    return failed(`nats-server ${version} has headers switched off`, {
      why: "every record carries its fence in headers",
      remedy: "remove no_header_support from the server's configuration",
    });
  if (maxPayloadBytes < RECORD_BYTES)
    return failed(`max_payload of the server is ${maxPayloadBytes} bytes`, {
      why: `records have up to ${RECORD_BYTES} bytes; larger ones than the server takes end the connection that sends them`,
      remedy: "set max_payload: 1MB (the server's default) in its configuration",
    });
  return ok(`nats-server ${version}, max_payload ${Math.round(maxPayloadBytes / 1024)} KiB`);
}

/** Version and settings of the server that the link reached. */
export const serverCheck = (link: Link): Check => ({
  name: "server",
  run: async () => {
    const { version = "0", headers = false, max_payload: maxPayloadBytes = 0, jetstream = false } = link.nc.info ?? {};
    return judgeServer({ version, headers, maxPayloadBytes, hasJetStream: jetstream });
  },
});

const SLOW_MS = 250;

/** How far the server is. Pure. */
export function judgeRoundTrip(roundTripMs: number, server: string): Finding {
  const text = `${server}, round trip ${roundTripMs} ms`;
  if (roundTripMs < SLOW_MS) return ok(text);
  return warning(text, {
    why: "each recorded step and each hop waits for the server once",
    remedy: "run nodes near the server; if they are, look at its CPU, its disk and the network",
  });
}

export const connectionCheck = (link: Link): Check => ({
  name: "nats",
  run: async () => judgeRoundTrip(await link.nc.rtt(), link.nc.getServer()),
});
