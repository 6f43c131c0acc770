/** A task of ours in the form of A2A. Pure. */
import { type Artifact, type Message, type Part, Role, type Task, TaskState, type TaskStatus } from "@a2a-js/sdk";
import type { TaskStatus as OurStatus, TaskRequest, TaskView } from "@troupe/runtime/internal";
import { failureOf } from "../openai/answer.ts";
import { a2aArtifact, artifactsIn, assembled, messageIn, partsOf } from "./message-parts.ts";

/** Under which name a task keeps the id of the message that began it. */
export const MESSAGE_KEY = "a2a_message";

/** The artifact that a task's result is, where the role names none. */
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
  /** Data of its progress events so far. */
  readonly emitted: readonly unknown[];
  /** What its client answered to signals. */
  readonly answers: readonly unknown[];
  /** What it was asked; absent = not read. */
  readonly input?: TaskRequest["input"] | undefined;
}

type Named = Pick<TaskView, "session" | "task_id">;

/** Conversations are sessions; a task without one is a conversation of its own. */
export const contextOf = ({ session, task_id }: Named): string => session ?? task_id;

/** A task that waits for a signal, and for nobody else, needs its client. */
export const stateOf = ({ view, awaited }: Pick<KnownOfTask, "view" | "awaited">): TaskState =>
  view.status === "waiting" && awaited.length > 0 ? TaskState.TASK_STATE_INPUT_REQUIRED : STATE[view.status];

/** `historyLength`: of its messages, at most so many, the newest; absent = all. */
export function a2aTask(known: KnownOfTask, historyLength?: number): Task {
  const { view } = known;
  const history = historyOf(known);
  return {
    id: view.task_id,
    contextId: contextOf(view),
    status: statusOf(known),
    artifacts: artifactsOf(known),
    history: historyLength === undefined ? history : history.slice(Math.max(0, history.length - historyLength)),
    metadata: undefined,
  };
}

/** With `at` as its time where the view has no end. */
export function statusOf(known: Pick<KnownOfTask, "view" | "awaited">, at?: string): TaskStatus {
  const { view, awaited } = known;
  const state = stateOf(known);
  const failure = failureOf(view);
  const timestamp = view.finished_at ?? at ?? view.created_at;
  if (failure) return { state, timestamp, message: agentMessage(view, "end", `${failure.message} (${failure.code})`) };
  if (state !== TaskState.TASK_STATE_INPUT_REQUIRED) return { state, timestamp, message: answerMessage(view) };
  const question = `The task waits for the signal ${awaited[0] ?? ""}: answer with a message that names the task.`;
  return { state, timestamp, message: agentMessage(view, `ask-${awaited[0] ?? ""}`, question) };
}

/** The result of a task that is a message and no artifact. */
export const answerMessage = (view: TaskView): Message | undefined =>
  view.status === "completed" && messageIn(view.result) ? agentMessage(view, "answer", view.result) : undefined;

/** Something that the agent says on the way. `key` names it within its task. */
export const agentMessage = (view: Named, key: string, content: unknown): Message =>
  messageOf(view, Role.ROLE_AGENT, `${view.task_id}-${key}`, partsOf(content));

/** The artifact that a task's result is; `undefined` for a result that is a message, is artifacts itself, or adds nothing to those. */
export function plainResult({ view, emitted }: Pick<KnownOfTask, "view" | "emitted">): Artifact | undefined {
  const { status, result = null } = view;
  if (status !== "completed" || messageIn(result) || artifactsIn(result).length > 0) return undefined;
  const isSaid = result === null && emitted.some((data) => artifactsIn(data).length > 0);
  return isSaid ? undefined : resultArtifact(result);
}

export const resultArtifact = (result: unknown): Artifact => ({
  artifactId: RESULT,
  name: RESULT,
  description: "",
  parts: partsOf(result ?? ""),
  metadata: undefined,
  extensions: [],
});

function artifactsOf(known: KnownOfTask): Artifact[] {
  const { view, emitted } = known;
  const inResult = view.status === "completed" ? artifactsIn(view.result) : [];
  const named = assembled([...emitted.flatMap(artifactsIn), ...inResult]).map(a2aArtifact);
  const plain = plainResult(known);
  return plain ? [...named.filter(({ artifactId }) => artifactId !== RESULT), plain] : named;
}

/** What the client said, as far as it was read. */
function historyOf({ view, input, answers }: KnownOfTask): Message[] {
  if (input === undefined) return [];
  const first = saidMessage(view, input, view.metadata?.[MESSAGE_KEY] ?? `${view.task_id}-input`);
  return [first, ...answers.map((value, index) => saidMessage(view, value, `${view.task_id}-answer-${index + 1}`))];
}

const saidMessage = (view: Named, content: unknown, id: string): Message =>
  messageOf(view, Role.ROLE_USER, messageIn(content)?.id ?? id, partsOf(content));

const messageOf = (view: Named, role: Role, messageId: string, parts: Part[]): Message => ({
  messageId,
  contextId: contextOf(view),
  taskId: view.task_id,
  role,
  parts,
  metadata: undefined,
  extensions: [],
  referenceTaskIds: [],
});
