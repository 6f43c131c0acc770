/** A caller of the Agent Protocol for NATS 0.3, by its text and on plain NATS. No library of ours. */
import { createInbox, type Msg, type NatsConnection } from "@nats-io/transport-node";

export interface Chunk {
  readonly type: string;
  readonly data: unknown;
}

/** An answer as it came: chunks, the error if there was one, and whether the empty message ended it. */
export interface PromptAnswer {
  readonly chunks: readonly Chunk[];
  readonly error: { readonly code: number; readonly text: string } | undefined;
  /** All `response` chunks together. */
  readonly text: string;
}

export interface Prompting {
  /** Chunks so far. */
  readonly chunks: Chunk[];
  /** Resolves with the next chunk of a type, or one that came before. */
  heard(type: string): Promise<Chunk>;
  readonly answer: Promise<PromptAnswer>;
}

const WAIT_MS = 20_000;

function inTime<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${WAIT_MS} ms`)), WAIT_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export function prompt(nc: NatsConnection, subject: string, body: string | Uint8Array): Prompting {
  const chunks: Chunk[] = [];
  const listeners = new Set<() => void>();
  const inbox = createInbox();
  let error: PromptAnswer["error"];
  const ended = new Promise<PromptAnswer>((resolve) => {
    const take = (message: Msg) => {
      const code = message.headers?.get("Nats-Service-Error-Code");
      if (code) error = { code: Number(code), text: message.headers?.get("Nats-Service-Error") ?? "" };
      else if (message.data.length > 0) chunks.push(message.json());
      else if (message.headers === undefined) {
        const said = chunks.flatMap(({ type, data }) => (type === "response" ? [String(data)] : []));
        resolve({ chunks, error, text: said.join("") });
      }
      for (const listener of listeners) listener();
    };
    nc.subscribe(inbox, { callback: (_error, message) => take(message) });
  });
  nc.publish(subject, body, { reply: inbox });
  const heard = (type: string): Promise<Chunk> =>
    new Promise((resolve) => {
      const look = () => {
        const found = chunks.find((chunk) => chunk.type === type);
        if (found === undefined) return;
        listeners.delete(look);
        resolve(found);
      };
      listeners.add(look);
      look();
    });
  return {
    chunks,
    heard: (type) => inTime(heard(type), `a chunk of type ${type}`),
    answer: inTime(ended, "the end of the answer"),
  };
}

/** A record of discovery, as far as callers read it. */
export interface DiscoveredAgent {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly endpoints: readonly {
    readonly name: string;
    readonly subject: string;
    readonly queue_group: string;
    readonly metadata: Readonly<Record<string, string>>;
  }[];
}

/** Every agent that answers before there is silence. */
export async function discover(nc: NatsConnection): Promise<readonly DiscoveredAgent[]> {
  const found: DiscoveredAgent[] = [];
  try {
    for await (const message of await nc.requestMany("$SRV.INFO.agents", "", { strategy: "stall", maxWait: 2_000 }))
      found.push(message.json());
  } catch (error) {
    if (!String(error).includes("no responders")) throw error;
  }
  return found;
}
