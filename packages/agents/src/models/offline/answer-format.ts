import type { OfflineAnswer } from "./answer.ts";
import { type CompletionHead, completionChunks, wholeCompletion } from "./completion.ts";

/** How one of the two APIs writes an answer: whole, and as the server-sent events of a stream. */
export interface AnswerFormat {
  whole(head: CompletionHead, answer: OfflineAnswer): Readonly<Record<string, unknown>>;
  events(head: CompletionHead, answer: OfflineAnswer, withUsage: boolean): Iterable<string>;
  /** The event that brings `text`, again and again. */
  more(head: CompletionHead, text: string): string;
  /** What follows the last event. */
  readonly end: string;
}

const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;

/** Chat completions. */
export const chatFormat: AnswerFormat = {
  whole: wholeCompletion,
  *events(head, answer, withUsage) {
    for (const chunk of completionChunks(head, answer, withUsage)) yield data(chunk);
  },
  more: (head, text) => {
    const choices = [{ index: 0, delta: { content: text }, logprobs: null, finish_reason: null }];
    return data({ ...head, object: "chat.completion.chunk", choices });
  },
  end: "data: [DONE]\n\n",
};
