import type {
  AgentCard,
  CancelTaskRequest,
  DeleteTaskPushNotificationConfigRequest,
  GetTaskPushNotificationConfigRequest,
  GetTaskRequest,
  ListTaskPushNotificationConfigsRequest,
  ListTaskPushNotificationConfigsResponse,
  ListTasksRequest,
  ListTasksResponse,
  Message,
  SendMessageRequest,
  StreamResponse,
  SubscribeToTaskRequest,
  Task,
  TaskPushNotificationConfig,
} from "@a2a-js/sdk";
import type { A2ARequestHandler } from "@a2a-js/sdk/server";
import { a2aError } from "./a2a-error.ts";
import type { RoleAgent } from "./role-agent.ts";

/** An agent whose errors are all of A2A: JSON-RPC answers them itself, and would tell the words of any other. */
export class RpcAgent implements A2ARequestHandler {
  readonly #agent: RoleAgent;
  readonly #onError: (error: unknown) => void;

  /** `onError` hears of every error, as it was thrown. */
  constructor(agent: RoleAgent, onError: (error: unknown) => void) {
    this.#agent = agent;
    this.#onError = onError;
  }

  getAgentCard(): Promise<AgentCard> {
    return this.#told(() => this.#agent.getAgentCard());
  }
  getAuthenticatedExtendedAgentCard(): Promise<AgentCard> {
    return this.#told(() => this.#agent.getAuthenticatedExtendedAgentCard());
  }
  sendMessage(request: SendMessageRequest): Promise<Task | Message> {
    return this.#told(() => this.#agent.sendMessage(request));
  }
  sendMessageStream(request: SendMessageRequest): AsyncGenerator<StreamResponse, void> {
    return this.#streamed(this.#agent.sendMessageStream(request));
  }
  resubscribe(request: SubscribeToTaskRequest): AsyncGenerator<StreamResponse, void> {
    return this.#streamed(this.#agent.resubscribe(request));
  }
  getTask(request: GetTaskRequest): Promise<Task> {
    return this.#told(() => this.#agent.getTask(request));
  }
  cancelTask(request: CancelTaskRequest): Promise<Task> {
    return this.#told(() => this.#agent.cancelTask(request));
  }
  listTasks(request: ListTasksRequest): Promise<ListTasksResponse> {
    return this.#told(() => this.#agent.listTasks(request));
  }
  createTaskPushNotificationConfig(config: TaskPushNotificationConfig): Promise<TaskPushNotificationConfig> {
    return this.#told(() => this.#agent.createTaskPushNotificationConfig(config));
  }
  getTaskPushNotificationConfig(request: GetTaskPushNotificationConfigRequest): Promise<TaskPushNotificationConfig> {
    return this.#told(() => this.#agent.getTaskPushNotificationConfig(request));
  }
  listTaskPushNotificationConfigs(
    request: ListTaskPushNotificationConfigsRequest,
  ): Promise<ListTaskPushNotificationConfigsResponse> {
    return this.#told(() => this.#agent.listTaskPushNotificationConfigs(request));
  }
  deleteTaskPushNotificationConfig(request: DeleteTaskPushNotificationConfigRequest): Promise<void> {
    return this.#told(() => this.#agent.deleteTaskPushNotificationConfig(request));
  }

  async #told<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw this.#translated(error);
    }
  }

  async *#streamed(updates: AsyncGenerator<StreamResponse, void>): AsyncGenerator<StreamResponse, void> {
    try {
      yield* updates;
    } catch (error) {
      throw this.#translated(error);
    }
  }

  #translated(error: unknown): unknown {
    this.#onError(error);
    return a2aError(error);
  }
}
