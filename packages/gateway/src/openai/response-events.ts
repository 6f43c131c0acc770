/** The events of one streamed response, in the order and with the numbers that OpenAI's API promises. Pure. */
import type { TaskView } from "@troupe/runtime/internal";
import type { OpenAiError } from "../http/problem.ts";
import { answerText, failureOf } from "./answer.ts";
import { messageItem, type ResponseEcho, responseObject, textPart } from "./response-object.ts";

export interface ResponseEvent {
  readonly type: string;
  readonly sequence_number: number;
  readonly [field: string]: unknown;
}

export class ResponseEvents {
  readonly #task: string;
  readonly #echo: ResponseEcho;
  #next = 0;
  #text = "";
  #isMessageOpen = false;

  constructor(task: string, echo: ResponseEcho) {
    this.#task = task;
    this.#echo = echo;
  }

  begin(view: TaskView): readonly ResponseEvent[] {
    const response = { ...responseObject(view, this.#echo), status: "in_progress", output: [] };
    return [this.#event("response.created", { response }), this.#event("response.in_progress", { response })];
  }

  text(delta: string): readonly ResponseEvent[] {
    if (delta === "") return [];
    this.#text += delta;
    return [...this.#open(), this.#event("response.output_text.delta", { ...this.#part(), delta, logprobs: [] })];
  }

  /** The end, after the last of the text. */
  end(view: TaskView): readonly ResponseEvent[] {
    const response = responseObject(view, this.#echo);
    if (failureOf(view)) return [this.#event("response.failed", { response: { ...response, status: "failed" } })];
    const text = this.#text;
    const item = messageItem(this.#task, text);
    return [
      ...this.#open(),
      this.#event("response.output_text.done", { ...this.#part(), text, logprobs: [] }),
      this.#event("response.content_part.done", { ...this.#part(), part: textPart(text) }),
      this.#event("response.output_item.done", { output_index: 0, item }),
      this.#event("response.completed", {
        response: text === answerText(view) ? response : { ...response, output: [item] },
      }),
    ];
  }

  /** When nothing more can be told; the task may go on. */
  error({ code, message, param }: OpenAiError): ResponseEvent {
    return this.#event("error", { code, message, param });
  }

  #open(): readonly ResponseEvent[] {
    if (this.#isMessageOpen) return [];
    this.#isMessageOpen = true;
    return [
      this.#event("response.output_item.added", { output_index: 0, item: messageItem(this.#task) }),
      this.#event("response.content_part.added", { ...this.#part(), part: textPart("") }),
    ];
  }

  #part() {
    return { item_id: `msg_${this.#task}`, output_index: 0, content_index: 0 };
  }

  #event(type: string, fields: Readonly<Record<string, unknown>>): ResponseEvent {
    return { type, sequence_number: this.#next++, ...fields };
  }
}
