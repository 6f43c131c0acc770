/** A task as an object of OpenAI's Responses API. Pure. */
import {
  parseTaskId,
  parseTimeMs,
  type TaskId,
  type TaskStatus,
  type TaskView,
  TroupeError,
} from "@troupe/runtime/internal";
import { answerText, failureOf } from "./answer.ts";

const RESPONSE = "resp_";

export const responseId = (task: string): string => `${RESPONSE}${task}`;

/** The task behind a response. Throws `unknown_task`: the id is one of ours or none. */
export function taskOfResponseId(id: string, param: string): TaskId {
  const parsed = id.startsWith(RESPONSE) ? parseTaskId(id.slice(RESPONSE.length)) : undefined;
  if (parsed) return parsed.id;
  const reason = `there is no response ${JSON.stringify(id.slice(0, 80))}`;
  throw new TroupeError("unknown_task", reason, { details: { problems: [{ path: param, reason }] } });
}

type ResponseStatus = "queued" | "in_progress" | "completed" | "failed" | "cancelled";

const STATUS: Readonly<Record<TaskStatus, ResponseStatus>> = {
  accepted: "queued",
  running: "in_progress",
  waiting: "in_progress",
  completed: "completed",
  failed: "failed",
  expired: "failed",
  rejected: "failed",
  cancelled: "cancelled",
};

/** What the request said and the answer repeats. A response that is read later shows only what its task keeps. */
export interface ResponseEcho {
  readonly instructions?: string | null | undefined;
  readonly previousResponseId?: string | null | undefined;
  readonly isBackground?: boolean;
}

export function responseObject(view: TaskView, echo: ResponseEcho = {}) {
  const status = STATUS[view.status];
  const failure = status === "failed" ? failureOf(view) : undefined;
  const { instructions = null, previousResponseId = null, isBackground = false } = echo;
  return {
    id: responseId(view.task_id),
    object: "response" as const,
    created_at: Math.floor(parseTimeMs(view.created_at) / 1_000),
    status,
    background: isBackground,
    error: failure ? { code: failure.code, message: failure.message } : null,
    incomplete_details: null,
    instructions,
    max_output_tokens: null,
    metadata: view.metadata ?? {},
    model: view.role,
    output: status === "completed" ? [messageItem(view.task_id, answerText(view))] : [],
    parallel_tool_calls: false,
    previous_response_id: previousResponseId,
    reasoning: null,
    store: true,
    temperature: null,
    text: { format: { type: "text" as const } },
    tool_choice: "auto" as const,
    tools: [],
    top_p: null,
    truncation: "disabled" as const,
    usage: view.finished_at === undefined ? null : responseUsage(view),
  };
}

/** The one item of an answer; without text it has just begun. */
export const messageItem = (task: string, text?: string) => ({
  id: `msg_${task}`,
  type: "message" as const,
  role: "assistant" as const,
  status: text === undefined ? ("in_progress" as const) : ("completed" as const),
  content: text === undefined ? [] : [textPart(text)],
});

export const textPart = (text: string) => ({ type: "output_text" as const, text, annotations: [], logprobs: [] });

const responseUsage = ({ tokens }: TaskView) => ({
  input_tokens: tokens.input,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: tokens.output,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: tokens.total,
});
