/** A task as a chat completion, whole or in chunks. Pure. */
import { parseTimeMs, type TaskView } from "@troupe/runtime/internal";
import { answerText } from "./answer.ts";
import type { LiveText } from "./live-answer.ts";

export interface CompletionHead {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
}

export const completionHead = (task: string, model: string, atMs: number): CompletionHead => ({
  id: `chatcmpl-${task}`,
  created: Math.floor(atMs / 1_000),
  model,
});

export function chatCompletion(view: TaskView, model: string) {
  return {
    object: "chat.completion" as const,
    ...completionHead(view.task_id, model, parseTimeMs(view.created_at)),
    choices: [
      {
        index: 0,
        message: { role: "assistant" as const, content: answerText(view), refusal: null },
        logprobs: null,
        finish_reason: "stop" as const,
      },
    ],
    usage: chatUsage(view),
  };
}

/** All chunks of one stream: same id, time and model. With `hasUsage` each has the member, and the last one the figures. */
export class CompletionChunks {
  readonly #head: CompletionHead;
  readonly #hasUsage: boolean;

  constructor(head: CompletionHead, hasUsage: boolean) {
    this.#head = head;
    this.#hasUsage = hasUsage;
  }

  first(): unknown {
    return this.#chunk([choice({ role: "assistant", content: "" }, null)]);
  }

  /** `undefined` when the text adds nothing. Thoughts of the roles go where reasoning models put theirs. */
  text({ answer = "", thought = "" }: LiveText): unknown {
    if (answer !== "") return this.#chunk([choice({ content: answer }, null)]);
    if (thought !== "") return this.#chunk([choice({ reasoning_content: thought }, null)]);
    return undefined;
  }

  last(view: TaskView): readonly unknown[] {
    const end = this.#chunk([choice({}, "stop")]);
    return this.#hasUsage ? [end, this.#chunk([], chatUsage(view))] : [end];
  }

  #chunk(choices: readonly unknown[], usage: unknown = null): unknown {
    return {
      object: "chat.completion.chunk",
      ...this.#head,
      choices,
      ...(this.#hasUsage ? { usage } : {}),
    };
  }
}

const choice = (delta: Readonly<Record<string, string>>, finishReason: "stop" | null) => ({
  index: 0,
  delta,
  logprobs: null,
  finish_reason: finishReason,
});

const chatUsage = ({ tokens }: TaskView) => ({
  prompt_tokens: tokens.input,
  completion_tokens: tokens.output,
  total_tokens: tokens.total,
});
