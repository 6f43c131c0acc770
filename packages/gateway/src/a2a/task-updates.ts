/** A task's events as the updates that an A2A client streams. Pure. */
import { type StreamResponse, TaskState } from "@a2a-js/sdk";
import type { CompiledSystem, TaskEvent, TaskView } from "@troupe/runtime/internal";
import { LiveAnswer } from "../openai/live-answer.ts";
import { a2aTask, agentMessage, contextOf, type KnownOfTask, resultArtifact, stateOf, statusOf } from "./a2a-task.ts";

/** Follows one task from a state that the client has already been told. */
export class TaskUpdates {
  readonly #view: TaskView;
  readonly #live: LiveAnswer;
  #state: TaskState;
  #shown = "";

  /** `system` is the one that the task began in, as far as it is known. */
  constructor(known: KnownOfTask, system: CompiledSystem | undefined) {
    this.#view = known.view;
    this.#state = stateOf(known);
    this.#live = new LiveAnswer(system);
  }

  /** What an event says beyond what was said. The end and open questions are told apart: by {@link end} and {@link asks}. */
  feed(event: Exclude<TaskEvent, { type: "done" }>): readonly StreamResponse[] {
    const text = this.#live.feed(event).answer ?? "";
    if (event.type === "token") return text === "" ? [] : [...this.#working(), this.#chunk(text, false)];
    if (event.type === "accepted" || event.type === "gap") return [];
    if (event.type !== "progress") return this.#working(event.at);
    this.#state = TaskState.TASK_STATE_WORKING;
    return [this.#status(this.#runs(), event.at, agentMessage(this.#view, `progress-${event.id}`, event.data))];
  }

  /** The task waits for its client. */
  asks(known: KnownOfTask): StreamResponse {
    this.#state = stateOf(known);
    return this.#status(known);
  }

  /** `view` holds the result in full. */
  end(view: TaskView): readonly StreamResponse[] {
    const known = { view, awaited: [] };
    const last = this.#status(known);
    return view.status === "completed" ? [this.#whole(known), last] : [last];
  }

  #working(at?: string): readonly StreamResponse[] {
    if (this.#state === TaskState.TASK_STATE_WORKING) return [];
    this.#state = TaskState.TASK_STATE_WORKING;
    return [this.#status(this.#runs(), at)];
  }

  #runs(): KnownOfTask {
    return { view: { ...this.#view, status: "running" }, awaited: [] };
  }

  /** The rest of a result whose beginning was shown, or all of it in place of what was. */
  #whole(known: KnownOfTask): StreamResponse {
    const { result } = known.view;
    if (this.#shown !== "" && typeof result === "string" && result.startsWith(this.#shown)) {
      return this.#chunk(result.slice(this.#shown.length), true);
    }
    return this.#artifact(a2aTask(known).artifacts[0] ?? resultArtifact(result), false, true);
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

  #status(known: KnownOfTask, at?: string, message = statusOf(known).message): StreamResponse {
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
