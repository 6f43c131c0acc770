/** What an agent elsewhere has told of a task, as a role goes on with it. Pure. */
import { type SendMessageResult, TaskState } from "@a2a-js/sdk";
import type { Json } from "@troupe/runtime";
import { z } from "zod";

/** What may come next. */
export type RemoteState =
  | "working"
  | "completed"
  | "failed"
  | "canceled"
  | "rejected"
  | "input_required"
  | "auth_required";

/** JSON, since it is recorded. */
export interface RemoteTask {
  /** Empty where the agent answered without a task. */
  readonly taskId: string;
  readonly contextId: string;
  readonly state: RemoteState;
  /** Its result: text, or data where it is nothing else. */
  readonly content: Json;
  /** What it says of its state; empty when it says nothing. */
  readonly says: string;
}

const text = z.string();
const Part = z.object({
  content: z
    .discriminatedUnion("$case", [
      z.object({ $case: z.literal("text"), value: text }),
      z.object({ $case: z.literal("data"), value: z.json() }),
      z.object({ $case: z.literal("url"), value: text }),
      z.object({ $case: z.literal("raw"), value: z.instanceof(Uint8Array) }),
    ])
    .optional(),
  filename: text.default(""),
  mediaType: text.default(""),
});
const Parts = z.array(Part).default([]);
const Message = z.object({ messageId: text, taskId: text.default(""), contextId: text.default(""), parts: Parts });
const Task = z.object({
  id: text.min(1).max(1_024),
  contextId: text.max(1_024).default(""),
  status: z.object({ state: z.number(), message: Message.optional() }),
  artifacts: z.array(z.object({ parts: Parts })).default([]),
});
const Answer = z.union([Task, Message]);

const STATES: Readonly<Record<number, RemoteState>> = {
  [TaskState.TASK_STATE_SUBMITTED]: "working",
  [TaskState.TASK_STATE_WORKING]: "working",
  [TaskState.TASK_STATE_COMPLETED]: "completed",
  [TaskState.TASK_STATE_FAILED]: "failed",
  [TaskState.TASK_STATE_CANCELED]: "canceled",
  [TaskState.TASK_STATE_REJECTED]: "rejected",
  [TaskState.TASK_STATE_INPUT_REQUIRED]: "input_required",
  [TaskState.TASK_STATE_AUTH_REQUIRED]: "auth_required",
};

/** Reads a task, or the message of an agent that has no tasks. Throws `ZodError` for what is neither. */
export function remoteTask(answer: SendMessageResult): RemoteTask {
  const read = Answer.parse(answer);
  if (!("id" in read)) {
    const { taskId, contextId, parts } = read;
    return { taskId, contextId, state: "completed", content: contentOf([parts]), says: "" };
  }
  const { id, contextId, status, artifacts } = read;
  const said = status.message?.parts ?? [];
  const produced = artifacts.map(({ parts }) => parts).filter((parts) => parts.length > 0);
  return {
    taskId: id,
    contextId,
    state: stateOf(status.state),
    // An agent without artifacts says its answer with its last state.
    content: contentOf(produced.length > 0 ? produced : [said]),
    says: textOf(said),
  };
}

/** A state that is not known is one on the way. */
export const stateOf = (state: number | undefined): RemoteState => STATES[state ?? 0] ?? "working";

/** Whether the remote task goes on by itself. */
export const isUnderWay = ({ state }: Pick<RemoteTask, "state">): boolean => state === "working";

function contentOf(groups: readonly z.infer<typeof Parts>[]): Json {
  const all = groups.flat();
  const [only] = all;
  if (all.length === 1 && only?.content?.$case === "data") return only.content.value;
  return groups.map(textOf).join("\n\n");
}

const textOf = (parts: z.infer<typeof Parts>): string => parts.map(textOfPart).join("");

/** What is no text is named with its kind and size, never passed on. */
function textOfPart({ content, filename, mediaType }: z.infer<typeof Part>): string {
  const what = [filename, mediaType].filter((word) => word !== "").join(", ") || "a file";
  if (content === undefined) return "";
  switch (content.$case) {
    case "text":
      return content.value;
    case "data":
      return JSON.stringify(content.value);
    case "url":
      return `[${what}: ${content.value}]`;
    case "raw":
      return `[${what}, ${content.value.byteLength} bytes left out]`;
    default:
      content satisfies never;
      return "";
  }
}
