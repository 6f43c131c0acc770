import type { Json, Outcome, RoleDefinition } from "@troupe/runtime";
import { createFakeContext, type FakeContextOptions } from "@troupe/runtime/internal-testing";
import { type Conversation, readConversation } from "../roles/conversation.ts";

/** A question that a role asked another one. */
export interface Question {
  readonly to: string;
  readonly conversation: Conversation;
}

/** Runs one message through a role whose calls are answered by `answer`, which is told how often its role was asked before. */
export async function runRole(
  role: RoleDefinition,
  message: Json,
  answer: (to: string, earlier: number, conversation: Conversation) => Json,
  options: FakeContextOptions = {},
): Promise<{ readonly outcome: Outcome; readonly questions: readonly Question[]; readonly asked: readonly string[] }> {
  const questions: Question[] = [];
  const ctx = createFakeContext({
    role: "lead",
    ...options,
    answer: (to, body) => {
      const conversation = readConversation(body);
      const earlier = questions.filter((question) => question.to === to).length;
      questions.push({ to, conversation });
      return answer(to, earlier, conversation);
    },
  });
  const outcome = await role.create().receive(message, ctx);
  return { outcome, questions, asked: questions.map(({ to }) => to) };
}
