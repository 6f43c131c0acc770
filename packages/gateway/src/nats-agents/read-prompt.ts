/** What a prompt of the agent protocol asks for. Pure. */
import { AgentPrompt, TroupeError } from "@troupe/runtime/internal";
import { parseJsonBody, parseRequest, textBody } from "../ingress/task-body.ts";

export interface Prompt {
  readonly input: string;
  /** The conversation that it belongs to; absent = none. */
  readonly session?: string;
}

const WHITE_SPACE: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20]);
const BRACE = 0x7b;

/**
 * What begins with a brace is the form in JSON, and has to be; anything else is the prompt itself. Throws `invalid_request`, also for
 * attachments, which roles do not take, and `body_too_large`.
 */
export function readPrompt(bytes: Uint8Array): Prompt {
  if (bytes.find((byte) => !WHITE_SPACE.has(byte)) !== BRACE) return { input: textBody(bytes) };
  const { prompt, attachments = [], session } = parseRequest(AgentPrompt, parseJsonBody(bytes), "the prompt");
  if (attachments.length > 0) throw new TroupeError("invalid_request", "attachments: roles take text, and no files");
  return { input: prompt, ...(session === undefined ? {} : { session }) };
}
