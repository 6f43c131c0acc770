/** One prompt to a role by the agent protocol: a task, whose answer is streamed as it is made. */
import {
  AGENT_PROTOCOL_VERSION,
  type AgentChunk,
  type Logger,
  messageOf,
  readTraceContext,
  roleAgentSubject,
  type ServiceRequest,
  type TaskEvent,
  type TaskId,
} from "@troupe/runtime/internal";
import { messageKey } from "../ingress/message-key.ts";
import { answerText, failureOf } from "../openai/answer.ts";
import { LiveAnswer } from "../openai/live-answer.ts";
import { stillRunning } from "../task/finished-task.ts";
import { isQuestion } from "../task/question.ts";
import type { Caller, TaskApi } from "../task/task-api.ts";
import type { DoorTraces } from "../telemetry/door-traces.ts";
import type { AnswerBox, AwaitedAnswer } from "./answer-box.ts";
import { readPrompt } from "./read-prompt.ts";
import { textPieces } from "./text-pieces.ts";

export interface PromptPorts {
  readonly system: string;
  readonly api: TaskApi;
  readonly caller: Caller;
  readonly answers: Pick<AnswerBox, "expect">;
  readonly traces: Pick<DoorTraces, "message">;
  readonly logger: Logger;
}

/** A sign of life that every client knows. */
const ACK: AgentChunk = { type: "status", data: "ack" };
/** Silence in which a plain client gives up; signs of life come well before it. */
const KEEP_ALIVE_MS = 5_000;
/** A caller that is gone cannot be noticed over NATS: nobody is streamed to for longer. */
const LONGEST_STREAM_MS = 60 * 60_000;

/**
 * Answers with `ack` once the task is stored, its id, the answer in pieces, and an empty message at the end; an error stands before that.
 * The task goes on when the caller is gone. When it waits for a signal, the caller is asked, and its answer is the signal.
 */
export async function answerPrompt(ports: PromptPorts, role: string, request: ServiceRequest): Promise<void> {
  try {
    const id = await submit(ports, role, request);
    request.chunk(ACK);
    // Callers pass over what they do not know.
    request.chunk({ type: "task", data: { task_id: id } });
    if (request.hasReply) await follow(ports, request, id);
  } catch (error) {
    request.respondError(error);
  } finally {
    request.end();
  }
}

function submit({ api, caller, traces, system }: PromptPorts, role: string, request: ServiceRequest): Promise<TaskId> {
  const given = readTraceContext((name) => request.headers?.last(name) || undefined);
  return traces.message({ template: roleAgentSubject("prompt", system, "{role}"), given }, async (trace) => {
    const task = { ...readPrompt(request.body), metadata: { agent_protocol: AGENT_PROTOCOL_VERSION } };
    const accepted = await api.submit({ ...caller, trace }, role, task, messageKey(request.headers));
    return accepted.task_id;
  });
}

async function follow(ports: PromptPorts, request: ServiceRequest, id: TaskId): Promise<void> {
  const { api, caller } = ports;
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(LONGEST_STREAM_MS)]);
  const alive = setInterval(() => request.chunk(ACK), KEEP_ALIVE_MS);
  const live = new LiveAnswer(api.systemOf(id));
  const asked = new Questions(ports, request, id);
  try {
    for await (const event of api.watch(caller, id, { signal })) {
      if (event.type === "done") {
        const view = await api.withResult(event.task);
        const failure = failureOf(view);
        if (failure !== undefined) throw failure;
        return say(request, live.rest(answerText(view)));
      }
      say(request, live.feed(event).answer ?? "");
      await asked.feed(event);
    }
    throw stillRunning(id);
  } finally {
    clearInterval(alive);
    asked.forget();
  }
}

function say(request: ServiceRequest, text: string): void {
  for (const data of textPieces(text)) request.chunk({ type: "response", data } satisfies AgentChunk);
}

/** What the task asks its caller. */
class Questions {
  readonly #ports: PromptPorts;
  readonly #request: ServiceRequest;
  readonly #id: TaskId;
  readonly #open = new Map<string, AwaitedAnswer>();
  #said: string | undefined;

  constructor(ports: PromptPorts, request: ServiceRequest, id: TaskId) {
    this.#ports = ports;
    this.#request = request;
    this.#id = id;
  }

  async feed(event: Exclude<TaskEvent, { type: "done" }>): Promise<void> {
    if (event.type === "progress" && typeof event.data === "string") this.#said = event.data;
    if (!isQuestion(event)) return;
    const { api, caller } = this.#ports;
    const { awaited } = await api.find(caller, this.#id);
    const [name] = awaited;
    if (name !== undefined && !this.#open.has(name)) this.#ask(name);
  }

  forget(): void {
    for (const answer of this.#open.values()) answer.forget();
  }

  #ask(name: string): void {
    const answer = this.#ports.answers.expect((text) => {
      this.#open.delete(name);
      void this.#signal(name, text);
    });
    this.#open.set(name, answer);
    const prompt = this.#said ?? `The task waits for the signal ${name}.`;
    const data = { id: `${this.#id}-${name}`, reply_subject: answer.subject, prompt };
    this.#request.chunk({ type: "query", data } satisfies AgentChunk);
  }

  async #signal(name: string, text: string): Promise<void> {
    const { api, caller, logger } = this.#ports;
    try {
      await api.signal(caller, this.#id, name, text);
    } catch (error) {
      // Somebody else answered first, or the task has ended: its stream tells.
      logger.warn({ task: this.#id, signal: name, reason: messageOf(error) }, "the answer to a prompt was not taken");
    }
  }
}
