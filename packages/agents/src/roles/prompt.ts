import type { AnswerSchema, ModelMessage } from "../models/model.ts";

/** What a role's prompt is made of. */
export interface PromptParts {
  readonly role: string;
  readonly instructions: string;
  /** Whom it may choose, with what they say of themselves. */
  readonly choices: readonly { readonly name: string; readonly description?: string | undefined }[];
  readonly answer: AnswerSchema | undefined;
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

/** The system message. */
export function systemMessage({ role, instructions, choices, answer }: PromptParts): string {
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
