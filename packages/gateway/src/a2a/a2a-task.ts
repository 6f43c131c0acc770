/** A task of ours in the form of A2A. Pure. */
import { type Artifact, type Message, type Part, Role, type Task, TaskState, type TaskStatus } from "@a2a-js/sdk";
import type { TaskStatus as OurStatus, TaskRequest, TaskView } from "@troupe/runtime/internal";
import { failureOf } from "../openai/answer.ts";

/** Under which name a task keeps the id of the message that began it. */
export const MESSAGE_KEY = "a2a_message";

/** The one artifact of a task: its result. */
const RESULT = "result";

const STATE: Readonly<Record<OurStatus, TaskState>> = {
  accepted: TaskState.TASK_STATE_SUBMITTED,
  running: TaskState.TASK_STATE_WORKING,
  waiting: TaskState.TASK_STATE_WORKING,
  completed: TaskState.TASK_STATE_COMPLETED,
  failed: TaskState.TASK_STATE_FAILED,
  expired: TaskState.TASK_STATE_FAILED,
  cancelled: TaskState.TASK_STATE_CANCELED,
  rejected: TaskState.TASK_STATE_REJECTED,
};

/** What is known of a task. */
export interface KnownOfTask {
  readonly view: TaskView;
  /** Signals that it waits for, which a message may answer. */
  readonly awaited: readonly string[];
  /** What it was asked; absent = not read. */
  readonly input?: TaskRequest["input"] | undefined;
}

/** Conversations are sessions; a task without one is a conversation of its own. */
export const contextOf = ({ session, task_id }: Pick<TaskView, "session" | "task_id">): string => session ?? task_id;

/** A task that waits for a signal, and for nobody else, needs its client. */
export const stateOf = ({ view, awaited }: KnownOfTask): TaskState =>
  view.status === "waiting" && awaited.length > 0 ? TaskState.TASK_STATE_INPUT_REQUIRED : STATE[view.status];

export function a2aTask(known: KnownOfTask): Task {
  const { view, input } = known;
  return {
    id: view.task_id,
    contextId: contextOf(view),
    status: statusOf(known),
    artifacts: view.status === "completed" ? [resultArtifact(view.result)] : [],
    history: input === undefined ? [] : [askedMessage(view, input)],
    metadata: undefined,
  };
}

/** With `atMs` as its time where the view has no end. */
export function statusOf(known: KnownOfTask, at?: string): TaskStatus {
  const { view, awaited } = known;
  const state = stateOf(known);
  const failure = failureOf(view);
  const timestamp = view.finished_at ?? at ?? view.created_at;
  if (failure) return { state, timestamp, message: agentMessage(view, "end", `${failure.message} (${failure.code})`) };
  if (state !== TaskState.TASK_STATE_INPUT_REQUIRED) return { state, timestamp, message: undefined };
  const question = `The task waits for the signal ${awaited[0] ?? ""}: answer with a message that names the task.`;
  return { state, timestamp, message: agentMessage(view, `ask-${awaited[0] ?? ""}`, question) };
}

/** Something that the agent says on the way. `key` names it within its task. */
export const agentMessage = (view: Pick<TaskView, "task_id" | "session">, key: string, content: unknown): Message => ({
  messageId: `${view.task_id}-${key}`,
  contextId: contextOf(view),
  taskId: view.task_id,
  role: Role.ROLE_AGENT,
  parts: [partOf(content)],
  metadata: undefined,
  extensions: [],
  referenceTaskIds: [],
});

export const resultArtifact = (result: unknown): Artifact => ({
  artifactId: RESULT,
  name: RESULT,
  description: "",
  parts: [partOf(result ?? "")],
  metadata: undefined,
  extensions: [],
});

const askedMessage = (view: TaskView, input: unknown): Message => ({
  messageId: view.metadata?.[MESSAGE_KEY] ?? `${view.task_id}-input`,
  contextId: contextOf(view),
  taskId: view.task_id,
  role: Role.ROLE_USER,
  parts: [partOf(input)],
  metadata: undefined,
  extensions: [],
  referenceTaskIds: [],
});

const partOf = (value: unknown): Part =>
  typeof value === "string"
    ? { content: { $case: "text", value }, metadata: undefined, filename: "", mediaType: "text/plain" }
    : { content: { $case: "data", value }, metadata: undefined, filename: "", mediaType: "application/json" };
