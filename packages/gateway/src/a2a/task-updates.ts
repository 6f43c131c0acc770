/** A task's events as the updates that an A2A client streams. Pure. */
import { type StreamResponse, TaskState } from "@a2a-js/sdk";
import { type Artifact, type CompiledSystem, EmitBody, type TaskEvent, type TaskView } from "@troupe/runtime/internal";
import { LiveAnswer } from "../openai/live-answer.ts";
import {
  agentMessage,
  contextOf,
  type KnownOfTask,
  plainResult,
  resultArtifact,
  stateOf,
  statusOf,
} from "./a2a-task.ts";
import { a2aArtifact, artifactsIn } from "./message-parts.ts";

/** What updates need to know of a task. */
type Followed = Pick<KnownOfTask, "view" | "awaited">;

/** Follows one task from a state that the client has already been told. */
export class TaskUpdates {
  readonly #view: TaskView;
  readonly #live: LiveAnswer;
  #state: TaskState;
  #shown = "";
  readonly #emitted: unknown[];

  /** `system` is the one that the task began in, as far as it is known. */
  constructor(known: Omit<KnownOfTask, "answers">, system: CompiledSystem | undefined) {
    this.#view = known.view;
    this.#emitted = [...known.emitted];
    this.#state = stateOf(known);
    this.#live = new LiveAnswer(system);
  }

  /** What an event says beyond what was said. The end and open questions are told apart: by {@link end} and {@link asks}. */
  feed(event: Exclude<TaskEvent, { type: "done" }>): readonly StreamResponse[] {
    const text = this.#live.feed(event).answer ?? "";
    if (event.type === "token") return text === "" ? [] : [...this.#working(), this.#chunk(text, false)];
    if (event.type === "accepted" || event.type === "gap") return [];
    if (event.type !== "progress") return this.#working(event.at);
    const data = EmitBody.safeParse(event.data).data?.data;
    const made = artifactsIn(data);
    if (made.length > 0) {
      this.#emitted.push(data);
      return [...this.#working(event.at), ...made.map((artifact) => this.#made(artifact))];
    }
    this.#state = TaskState.TASK_STATE_WORKING;
    return [this.#status(this.#runs(), event.at, agentMessage(this.#view, `progress-${event.id}`, event.data))];
  }

  /** The task waits for its client. */
  asks(known: Followed): StreamResponse {
    this.#state = stateOf(known);
    return this.#status(known);
  }

  /** `view` holds the result in full. */
  end(view: TaskView): readonly StreamResponse[] {
    const last = this.#status({ view, awaited: [] });
    const own = artifactsIn(view.result);
    if (own.length > 0 && view.status === "completed") return [...own.map((artifact) => this.#made(artifact)), last];
    const plain = plainResult({ view, emitted: this.#emitted });
    return plain ? [this.#whole(view.result, plain), last] : [last];
  }

  #working(at?: string): readonly StreamResponse[] {
    if (this.#state === TaskState.TASK_STATE_WORKING) return [];
    this.#state = TaskState.TASK_STATE_WORKING;
    return [this.#status(this.#runs(), at)];
  }

  #runs(): Followed {
    return { view: { ...this.#view, status: "running" }, awaited: [] };
  }

  /** The rest of a result whose beginning was shown, or all of it in place of what was. */
  #whole(result: unknown, artifact: ReturnType<typeof resultArtifact>): StreamResponse {
    if (this.#shown !== "" && typeof result === "string" && result.startsWith(this.#shown)) {
      return this.#chunk(result.slice(this.#shown.length), true);
    }
    return this.#artifact(artifact, false, true);
  }

  #made(artifact: Artifact): StreamResponse {
    return this.#artifact(a2aArtifact(artifact), artifact.append === true, artifact.hasMore !== true);
  }

  #chunk(text: string, isLast: boolean): StreamResponse {
    const isFirst = this.#shown === "";
    this.#shown += text;
    return this.#artifact(resultArtifact(text), !isFirst, isLast);
  }

  #artifact(artifact: ReturnType<typeof resultArtifact>, append: boolean, lastChunk: boolean): StreamResponse {
    const { task_id: taskId } = this.#view;
    const value = { taskId, contextId: contextOf(this.#view), artifact, append, lastChunk, metadata: undefined };
    return { payload: { $case: "artifactUpdate", value } };
  }

  #status(known: Followed, at?: string, message = statusOf(known).message): StreamResponse {
    const { task_id: taskId } = this.#view;
    const status = { ...statusOf(known, at), message };
    return {
      payload: {
        $case: "statusUpdate",
        value: { taskId, contextId: contextOf(this.#view), status, metadata: undefined },
      },
    };
  }
}
