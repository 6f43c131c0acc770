import type { AnswerSchema, ModelMessage } from "../models/model.ts";
import { guessTokens } from "../models/tokens.ts";

/** What a role's prompt is made of. */
export interface PromptParts {
  readonly role: string;
  readonly instructions: string;
  /** Whom it may choose, with what they say of themselves. */
  readonly choices: readonly { readonly name: string; readonly description?: string | undefined }[];
  readonly answer: AnswerSchema | undefined;
  /** Context window of the model; `undefined` = no limit. */
  readonly windowTokens: number | undefined;
}

/**
 * The prompt: instructions as the system message (never cut), what the role remembers of the session, then the conversation as one user
 * message. Instructions that do not say so begin with `You are the <role>.`.
 */
export function buildPrompt(
  parts: PromptParts,
  conversation: string,
  remembered: readonly ModelMessage[],
): ModelMessage[] {
  return [{ role: "system", content: systemMessage(parts) }, ...remembered, { role: "user", content: conversation }];
}

/** Tokens that the conversation may take: half the window, less the instructions; a quarter is for what the role remembers, the rest for the answer. */
export function conversationBudget(parts: PromptParts): number | undefined {
  if (parts.windowTokens === undefined) return undefined;
  return parts.windowTokens / 2 - guessTokens(systemMessage(parts));
}

/** Tokens that earlier tasks of the session may take: a quarter of the window. */
export const memoryBudget = ({ windowTokens = Number.POSITIVE_INFINITY }: PromptParts): number => windowTokens / 4;

function systemMessage({ role, instructions, choices, answer }: PromptParts): string {
  const who = /^\s*you are\b/i.test(instructions) ? "" : `You are the ${role}.\n`;
  const system = [who + instructions.trim()];
  if (choices.length > 0) system.push(`Choose who comes next (route_to):\n${choices.map(describe).join("\n")}`);
  if (answer !== undefined) {
    system.push(`Answer with one JSON object and nothing else. Its JSON Schema:\n${JSON.stringify(answer.schema)}`);
  }
  return system.join("\n\n");
}

function describe({ name, description }: PromptParts["choices"][number]): string {
  if (name === "client") return "- client: the work is done; your content is the final answer";
  return description === undefined ? `- ${name}` : `- ${name}: ${description}`;
}
