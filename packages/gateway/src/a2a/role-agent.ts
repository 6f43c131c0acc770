/** A role as an A2A agent, on behalf of one caller. It keeps nothing: what it tells of a task is read from the log, at any gateway. */
import type {
  AgentCard,
  CancelTaskRequest,
  GetTaskPushNotificationConfigRequest,
  GetTaskRequest,
  ListTasksRequest,
  ListTasksResponse,
  Message,
  ListTaskPushNotificationConfigsResponse as PushConfigs,
  SendMessageRequest,
  StreamResponse,
  SubscribeToTaskRequest,
  Task,
  TaskPushNotificationConfig,
} from "@a2a-js/sdk";
import {
  ExtendedAgentCardNotConfiguredError,
  RequestMalformedError,
  UnsupportedOperationError,
} from "@a2a-js/sdk/errors";
import type { A2ARequestHandler } from "@a2a-js/sdk/server";
import { requireTaskId, type TaskId, TroupeError } from "@troupe/runtime/internal";
import { stillRunning } from "../task/finished-task.ts";
import { unknownTask } from "../task/known-task.ts";
import { isQuestion } from "../task/question.ts";
import type { Caller, FoundTask, TaskApi } from "../task/task-api.ts";
import { notCancelable } from "./a2a-error.ts";
import { a2aTask, answerMessage, contextOf, MESSAGE_KEY, stateOf } from "./a2a-task.ts";
import { inputOfMessage } from "./message-input.ts";
import type { PushStore } from "./push/push-store.ts";
import { contextIdOf, sendKey } from "./send-key.ts";
import { listRoleTasks } from "./task-page.ts";
import { isInterrupted, isTerminal } from "./task-state.ts";
import { TaskUpdates } from "./task-updates.ts";

export interface RoleAgentPorts {
  readonly api: TaskApi;
  readonly push: PushStore;
  readonly role: string;
  readonly caller: Caller;
  /** Throws `unknown_role` for a role that takes no tasks. */
  readonly card: () => AgentCard;
  /** Aborts when the client goes or the gateway closes. */
  readonly signal: AbortSignal;
}

type PushConfigRef = Pick<GetTaskPushNotificationConfigRequest, "taskId" | "id">;

const LONGEST_ID = 256;

/** Throws errors of A2A for what clients do wrong, and errors of ours for everything else. */
export class RoleAgent implements A2ARequestHandler {
  readonly #ports: RoleAgentPorts;

  constructor(ports: RoleAgentPorts) {
    this.#ports = ports;
  }

  getAgentCard(): Promise<AgentCard> {
    return Promise.resolve(this.#ports.card());
  }

  getAuthenticatedExtendedAgentCard(): Promise<AgentCard> {
    return Promise.reject(new ExtendedAgentCardNotConfiguredError("every caller sees the same card"));
  }

  /** Waits until the task has ended or needs its client, unless the request says to return at once. A result that is a message is all of it. */
  async sendMessage({ message, configuration }: SendMessageRequest): Promise<Task | Message> {
    const id = await this.#accept(message, configuration?.taskPushNotificationConfig);
    if (configuration?.returnImmediately !== true) await this.#settled(id);
    const known = await this.#read(id, configuration?.historyLength);
    return answerMessage(known.view) ?? a2aTask(known, configuration?.historyLength);
  }

  /** Ends with the task, or when the task needs its client. */
  async *sendMessageStream({ message, configuration }: SendMessageRequest): AsyncGenerator<StreamResponse, void> {
    yield* this.#updates(
      await this.#accept(message, configuration?.taskPushNotificationConfig),
      configuration?.historyLength,
      isInterrupted,
    );
  }

  /** Ends with the task. */
  async *resubscribe({ id }: SubscribeToTaskRequest): AsyncGenerator<StreamResponse, void> {
    const known = await this.#find(taskIdOf(id));
    if (isTerminal(stateOf(known))) throw new UnsupportedOperationError(`task ${id} has ended: get it instead`);
    yield* this.#updates(known.view.task_id, undefined, () => false);
  }

  async getTask({ id, historyLength }: GetTaskRequest): Promise<Task> {
    return this.#task(taskIdOf(id), historyLength);
  }

  async cancelTask({ id }: CancelTaskRequest): Promise<Task> {
    const { view } = await this.#find(taskIdOf(id));
    try {
      await this.#ports.api.cancel(this.#ports.caller, view.task_id);
    } catch (error) {
      throw TroupeError.is(error, "conflict") ? notCancelable(error) : error;
    }
    return this.#task(view.task_id, 0);
  }

  listTasks(request: ListTasksRequest): Promise<ListTasksResponse> {
    const { historyLength = 0, includeArtifacts = false } = request;
    const read = async (id: TaskId) => {
      const task = await this.#task(id, historyLength, includeArtifacts).catch(absent);
      return task && (includeArtifacts ? task : { ...task, artifacts: [] });
    };
    return listRoleTasks({ ...this.#ports, read }, request);
  }

  async createTaskPushNotificationConfig(config: TaskPushNotificationConfig): Promise<TaskPushNotificationConfig> {
    return this.#ports.push.put(this.#ports.caller, await this.#idOf(config.taskId), config);
  }

  async getTaskPushNotificationConfig(request: PushConfigRef): Promise<TaskPushNotificationConfig> {
    return this.#ports.push.get(await this.#idOf(request.taskId), request.id);
  }

  /** All of them: a task has few. */
  async listTaskPushNotificationConfigs(request: Pick<PushConfigRef, "taskId">): Promise<PushConfigs> {
    return { configs: await this.#ports.push.list(await this.#idOf(request.taskId)), nextPageToken: "" };
  }

  async deleteTaskPushNotificationConfig(request: PushConfigRef): Promise<void> {
    await this.#ports.push.remove(await this.#idOf(request.taskId), request.id);
  }

  async #accept(message: Message | undefined, pushed: TaskPushNotificationConfig | undefined): Promise<TaskId> {
    const id = await this.#taken(message);
    if (pushed) await this.#ports.push.put(this.#ports.caller, id, pushed);
    return id;
  }

  async #taken(message: Message | undefined): Promise<TaskId> {
    if (message === undefined || message.messageId.trim() === "") {
      throw new RequestMalformedError("message.messageId is required");
    }
    const { messageId, contextId, taskId } = message;
    for (const [name, text] of Object.entries({ messageId, contextId, taskId })) {
      if (text.length > LONGEST_ID) throw new RequestMalformedError(`message.${name} is over ${LONGEST_ID} characters`);
    }
    const input = inputOfMessage(message, this.#takesFiles(taskId));
    if (taskId !== "") return this.#answer(taskIdOf(taskId), contextId, input);
    const { api, caller, role, card } = this.#ports;
    card();
    const key = sendKey(caller, { role, messageId, contextId, input });
    const session = contextId === "" ? contextIdOf(key) : contextId;
    const accepted = await api.submit(caller, role, { input, session, metadata: { [MESSAGE_KEY]: messageId } }, key);
    return accepted.task_id;
  }

  /** Whether the role does, in the system that the message is for. */
  #takesFiles(taskId: string): boolean {
    const { api, role } = this.#ports;
    const system = taskId === "" ? api.deployed().system : api.systemOf(taskIdOf(taskId));
    return system?.roles.get(role)?.manifest.takesFiles === true;
  }

  /** A message for a task that is there: the answer to what it waits for. */
  async #answer(id: TaskId, contextId: string, input: Parameters<TaskApi["signal"]>[3]): Promise<TaskId> {
    const { api, caller } = this.#ports;
    const known = await this.#find(id);
    if (contextId !== "" && contextId !== contextOf(known.view)) {
      throw new RequestMalformedError("message.contextId is not the one of the task");
    }
    const [name] = known.awaited;
    if (name === undefined) {
      throw new UnsupportedOperationError(`task ${id} is ${known.view.status} and takes no message; begin a new one`);
    }
    await api.signal(caller, id, name, input);
    return id;
  }

  async #settled(id: TaskId): Promise<void> {
    const { api, caller, signal } = this.#ports;
    for await (const event of api.watch(caller, id, { signal })) {
      if (event.type === "done") return;
      if (isQuestion(event) && isInterrupted(stateOf(await this.#find(id)))) return;
    }
    throw stillRunning(id);
  }

  async *#updates(
    id: TaskId,
    historyLength: number | undefined,
    isEnd: (state: ReturnType<typeof stateOf>) => boolean,
  ): AsyncGenerator<StreamResponse, void> {
    const { api, caller, signal } = this.#ports;
    const known = await this.#read(id, historyLength);
    yield { payload: { $case: "task", value: a2aTask(known, historyLength) } };
    if (isTerminal(stateOf(known)) || isEnd(stateOf(known))) return;
    const updates = new TaskUpdates(known, api.systemOf(id));
    for await (const event of api.watch(caller, id, { after: known.sequence, signal })) {
      if (event.type === "done") {
        yield* updates.end(await api.withResult(event.task));
        return;
      }
      const now = isQuestion(event) ? await this.#find(id) : undefined;
      yield* now && isInterrupted(stateOf(now)) ? [updates.asks(now)] : updates.feed(event);
      if (now && isEnd(stateOf(now))) return;
    }
    throw stillRunning(id);
  }

  async #task(id: TaskId, historyLength?: number, hasArtifacts = true): Promise<Task> {
    return a2aTask(await this.#read(id, historyLength, hasArtifacts), historyLength);
  }

  /** The id of a task of this role that the caller may see. */
  async #idOf(text: string): Promise<TaskId> {
    return (await this.#find(taskIdOf(text))).view.task_id;
  }

  /** A task of this role. Throws `unknown_task` also for those of other roles: each role is an agent of its own. */
  async #find(id: TaskId): Promise<FoundTask> {
    const { api, caller, role } = this.#ports;
    const found = await api.find(caller, id);
    if (found.view.role !== role) throw unknownTask(id);
    return found;
  }

  async #read(id: TaskId, historyLength: number | undefined, hasArtifacts = true) {
    const { api, caller } = this.#ports;
    if (historyLength !== undefined && historyLength < 0) {
      throw new RequestMalformedError("historyLength must not be negative");
    }
    const known = await this.#find(id);
    const view = hasArtifacts ? await api.withResult(known.view) : known.view;
    // A task that waits at the door has its input elsewhere: it is told once the task has begun.
    const isAsked = historyLength !== 0 && view.status !== "accepted";
    const input = isAsked ? await api.inputOf(caller, id).catch(notBegun) : undefined;
    return { ...known, view, input };
  }
}

function taskIdOf(id: string): TaskId {
  if (id.trim() === "") throw new RequestMalformedError("the id of a task is required");
  return requireTaskId(id).id;
}

function absent(error: unknown): undefined {
  if (!TroupeError.is(error, "unknown_task")) throw error;
}

function notBegun(error: unknown): undefined {
  if (!TroupeError.is(error, "conflict")) throw error;
}
