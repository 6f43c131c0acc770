/** An agent elsewhere that speaks A2A, 1.0 or 0.3, as a role uses it: send, follow, cancel. It keeps no connection and no state of a task. */
import { Role, type SendMessageRequest, type StreamResponse } from "@a2a-js/sdk";
import type { Client } from "@a2a-js/sdk/client";
import { A2AError, TaskNotFoundError } from "@a2a-js/sdk/errors";
import { type Clock, type Json, messageOf, TroupeError } from "@troupe/runtime";
import { guardedFetch, hostOf } from "@troupe/runtime/internal";
import { type NodeValue, readNodeValues } from "../config/node-value.ts";
import { isUnderWay, type RemoteTask, remoteTask, stateOf } from "./remote-task.ts";

export interface RemoteAgentOptions {
  /** Of the agent's card. */
  readonly url: URL;
  /** Sent to the card's own origin, and nowhere else. */
  readonly headers: Readonly<Record<string, NodeValue>>;
  readonly variable: (name: string) => string | undefined;
  readonly clock: Clock;
}

/** What is said to the agent. */
export interface Said {
  readonly content: Json;
  /** The same whenever this is sent again. */
  readonly messageId: string;
  /** The conversation; empty = a new one. */
  readonly contextId: string;
  /** The task that waits for it; empty = a new one. */
  readonly taskId: string;
}

export interface Following {
  readonly signal: AbortSignal;
  /** Hears the answer as it comes, and silence broken otherwise as an empty text. */
  readonly onText: (text: string) => void;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
const CANCEL_MS = 5_000;

export class RemoteAgent {
  readonly #options: RemoteAgentOptions;
  #client: Promise<Client> | undefined;

  constructor(options: RemoteAgentOptions) {
    this.#options = options;
  }

  /**
   * Says something, and returns what became of it, without waiting for the task's end where the agent lets one go. Throws `unavailable` when
   * nothing was sent, `outcome_unknown` when nobody knows, `tool_failed` with the agent's own words.
   */
  async send(said: Said, signal: AbortSignal): Promise<RemoteTask> {
    const client = await this.#connected();
    try {
      return remoteTask(await client.sendMessage(requestOf(said), { signal }));
    } catch (error) {
      signal.throwIfAborted();
      throw unsent(error) ?? new TroupeError("outcome_unknown", messageOf(error), { cause: error });
    }
  }

  /** Waits until the task has ended or needs somebody; a broken connection is opened again. Throws `tool_failed` when the agent has lost it. */
  async follow(taskId: string, { signal, onText }: Following): Promise<RemoteTask> {
    const { clock } = this.#options;
    for (let attempt = 0; ; attempt++) {
      const client = await this.#connected();
      const card = await client.getAgentCard();
      if (card.capabilities?.streaming === true) await this.#stream(client, taskId, { signal, onText });
      const task = await this.#read(client, taskId, signal);
      if (task && !isUnderWay(task)) return task;
      onText("");
      await clock.sleep(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt), signal);
    }
  }

  /** Gives the task up, as far as the agent lets it. Never rejects; returns why it could not. */
  async cancel(taskId: string): Promise<string | undefined> {
    try {
      const client = await this.#connected();
      const signal = AbortSignal.timeout(CANCEL_MS);
      await client.cancelTask({ tenant: "", id: taskId, metadata: undefined }, { signal });
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  }

  /** Until the stream ends, for whatever reason: what it was about is read afterwards. */
  async #stream(client: Client, taskId: string, { signal, onText }: Following): Promise<void> {
    try {
      for await (const update of client.resubscribeTask({ tenant: "", id: taskId }, { signal })) {
        onText(newText(update));
        if (hasStopped(update)) return;
      }
    } catch {
      signal.throwIfAborted();
    }
  }

  async #read(client: Client, taskId: string, signal: AbortSignal): Promise<RemoteTask | undefined> {
    try {
      return remoteTask(await client.getTask({ tenant: "", id: taskId }, { signal }));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof TaskNotFoundError || TroupeError.is(error)) throw failed(error);
      // The agent is away for a while: its task may go on meanwhile.
      return undefined;
    }
  }

  #connected(): Promise<Client> {
    this.#client ??= this.#connect().catch((error: unknown) => {
      this.#client = undefined;
      const { url } = this.#options;
      if (TroupeError.is(error)) throw error;
      throw new TroupeError("unavailable", `the card at ${url.href} cannot be read: ${messageOf(error)}`, {
        cause: error,
      });
    });
    return this.#client;
  }

  async #connect(): Promise<Client> {
    const { url, headers, variable } = this.#options;
    const own = await readNodeValues(`the agent at ${url.host}`, headers, variable);
    const { ClientFactory, DefaultAgentCardResolver, JsonRpcTransportFactory, RestTransportFactory } = await import(
      "@a2a-js/sdk/client"
    );
    const guarded = guardedFetch({ privateHosts: [hostOf(url)] });
    const fetchImpl: typeof fetch = (input, init) => {
      const asked = new Request(input, init);
      // The card may name other hosts: they get no secret of the first.
      if (new URL(asked.url).origin === url.origin) {
        for (const [name, value] of Object.entries(own)) asked.headers.set(name, value);
      }
      return guarded(asked);
    };
    const options = { fetchImpl, legacyCompat: { enabled: true } };
    return new ClientFactory({
      transports: [new JsonRpcTransportFactory(options), new RestTransportFactory(options)],
      cardResolver: new DefaultAgentCardResolver(options),
    }).createFromUrl(url.href, "");
  }
}

const requestOf = ({ content, messageId, contextId, taskId }: Said): SendMessageRequest => ({
  tenant: "",
  message: {
    messageId,
    contextId,
    taskId,
    role: Role.ROLE_USER,
    parts: [
      {
        content: typeof content === "string" ? { $case: "text", value: content } : { $case: "data", value: content },
        metadata: undefined,
        filename: "",
        mediaType: typeof content === "string" ? "text/plain" : "application/json",
      },
    ],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  },
  configuration: {
    acceptedOutputModes: ["text/plain", "application/json"],
    taskPushNotificationConfig: undefined,
    returnImmediately: true,
  },
  metadata: undefined,
});

/** The text that an update adds to what was shown. */
function newText({ payload }: StreamResponse): string {
  if (payload?.$case !== "artifactUpdate") return "";
  const parts = payload.value.artifact?.parts ?? [];
  return parts.map(({ content }) => (content?.$case === "text" ? content.value : "")).join("");
}

/** Whether the task does not go on by itself any more. */
function hasStopped({ payload }: StreamResponse): boolean {
  if (payload?.$case !== "task" && payload?.$case !== "statusUpdate") return false;
  return !isUnderWay({ state: stateOf(payload.value.status?.state) });
}

/** The error of a message that the agent is known not to work on; `undefined` when nobody knows. */
function unsent(error: unknown): TroupeError | undefined {
  if (error instanceof A2AError || TroupeError.is(error)) return failed(error);
  const status = Number(/\bstatus: (\d{3})\b/i.exec(messageOf(error))?.[1] ?? 0);
  if (UNSENT_CODES.has(String(codeOf(error))) || status === 429) {
    return new TroupeError("unavailable", messageOf(error), { cause: error });
  }
  return status >= 400 && status < 500 ? failed(error) : undefined;
}

/** Codes of connections that never were. */
const UNSENT_CODES = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

function failed(error: unknown): TroupeError {
  if (TroupeError.is(error)) return error;
  return new TroupeError("tool_failed", `the agent answered: ${messageOf(error)}`, { cause: error });
}

function codeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  return "code" in error ? error.code : codeOf(error.cause);
}
