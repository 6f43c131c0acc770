/** A2A's own client, unmodified, and what tests ask of its answers. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import {
  type Message,
  type Part,
  Role,
  type SendMessageRequest,
  type StreamResponse,
  type Task,
  TaskState,
} from "@a2a-js/sdk";
import {
  ClientFactory,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
  RestTransportFactory,
} from "@a2a-js/sdk/client";

/** A binding that both sides speak. */
export type Binding = "JSONRPC" | "HTTP+JSON";
export const connect = (binding: Binding, url: string, role = "router", fetchImpl: typeof fetch = fetch) =>
  new ClientFactory({
    transports: [new JsonRpcTransportFactory({ fetchImpl }), new RestTransportFactory({ fetchImpl })],
    preferredTransports: [binding],
    cardResolver: new DefaultAgentCardResolver({ fetchImpl }),
  }).createFromUrl(`${url}/a2a/${role}/.well-known/agent-card.json`, "");

interface Said {
  readonly parts?: readonly object[];
  readonly messageId?: string;
  readonly contextId?: string;
  readonly taskId?: string;
  readonly returnImmediately?: boolean;
}
/** A message as a request. */
export const saying = (text: string, said: Said = {}): SendMessageRequest => {
  const { messageId = `message-${randomUUID()}`, contextId = "", taskId = "", returnImmediately = false } = said;
  const part = { content: { $case: "text" as const, value: text }, metadata: undefined, filename: "", mediaType: "" };
  return {
    tenant: "",
    message: {
      messageId,
      contextId,
      taskId,
      role: Role.ROLE_USER,
      parts: [part],
      metadata: undefined,
      extensions: [],
      referenceTaskIds: [],
    },
    configuration: {
      acceptedOutputModes: [],
      taskPushNotificationConfig: undefined,
      returnImmediately,
    },
    metadata: undefined,
  };
};
export const taskOf = (answer: object): Task => {
  assert.ok("status" in answer, "a task, not a message");
  return answer as Task;
};
/** The text of a task's artifacts. */
export const textOf = (task: Task | undefined) => task?.artifacts.flatMap(({ parts }) => parts.map(saidIn)).join("");
/** The text of a message's parts. */
export const saidBy = ({ parts }: Pick<Message, "parts">) => parts.map(saidIn).join("");
/** The text of a part, data as JSON. */
const saidIn = ({ content }: Part): string =>
  content?.$case === "text" ? content.value : JSON.stringify(content?.value);
export const collect = async (stream: AsyncGenerator<StreamResponse, void>, onUpdate?: () => void) => {
  const updates = [];
  for await (const update of stream) {
    updates.push(update);
    onUpdate?.();
  }
  return updates;
};
/** The state of a status update, else what kind an update is. */
export const kindOf = ({ payload }: StreamResponse) =>
  payload?.$case === "statusUpdate" ? TaskState[payload.value.status?.state ?? 0] : payload?.$case;
/** The state that a stream ended with: a task that had ended before it was told of says so at once. */
export const endOf = (updates: readonly StreamResponse[]) => {
  const { payload } = updates.at(-1) ?? {};
  const isState = payload?.$case === "task" || payload?.$case === "statusUpdate";
  return isState ? payload.value.status?.state : undefined;
};
/** What a client that follows the rules of artifacts holds in the end. */
export const assembled = (updates: readonly StreamResponse[]) => {
  let text = "";
  for (const { payload } of updates) {
    if (payload?.$case !== "artifactUpdate") continue;
    const said = payload.value.artifact?.parts.map(saidIn).join("") ?? "";
    text = payload.value.append ? text + said : said;
  }
  return text;
};
