/** What a stage is given: the request, the stages that are done, and its own prompt. Pure. */
import type { Json } from "@troupe/runtime";
import { type Conversation, toBody } from "../roles/conversation.ts";
import type { Stage } from "./stage.ts";

/** Where a workflow stands. */
export interface StageDone {
  readonly stage: string;
  readonly output: Json;
}

/** One time that a stage is asked. */
export interface StageAttempt {
  readonly stage: Stage;
  /** From 1. */
  readonly attempt: number;
  /** Why the attempt before did not do. */
  readonly failure?: string | undefined;
}

/**
 * The message of one attempt: the request as its input; one turn for each stage that is done, oldest first, so that the previous output is
 * the last one; and in its note which stage this is, which are done, the prompt, and why the attempt before did not do.
 */
export function stageMessage(
  request: Conversation,
  done: readonly StageDone[],
  { stage, failure }: StageAttempt,
  total: number,
): Json {
  const names = done.length === 0 ? "" : `: ${done.map((one) => one.stage).join(", ")}`;
  const again = failure === undefined ? [] : [`The attempt before this one did not do: ${failure}`];
  const note = [
    `This is stage ${stage.name}. Done are ${done.length} of ${total} stages${names}.`,
    stage.prompt,
    ...again,
  ].join("\n");
  const turns = done.map(({ stage: role, output }) => ({ role, content: output }));
  return toBody({ input: request.input, history: [...request.history, ...turns], note });
}
