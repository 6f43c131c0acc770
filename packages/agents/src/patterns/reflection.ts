import type { RoleDefinition } from "@troupe/runtime";
import { z } from "zod";
import { type OpenModel, systemModels } from "../roles/agent-ports.ts";
import { withTurn } from "../roles/conversation.ts";
import { type AskedAgentOptions, askedAgent } from "./asked-agent.ts";
import { ask, coordinator, type PatternSettings, readAnswer } from "./coordinator.ts";

/** What a critic says of a draft. */
export const Critique = z.object({ accepted: z.boolean(), feedback: z.string() });

export interface ReflectionOptions<Writer extends string, Critic extends string, To extends string>
  extends PatternSettings<To> {
  /** Writes the draft, and improves it. */
  readonly writer: Writer;
  /** Answers a {@link Critique}; {@link critic} makes such a role. */
  readonly critic: Critic;
  /** Critiques that one task gets at most, 1 to 20. Default 3. */
  readonly maxRounds?: number | undefined;
}

/**
 * Reflection: a writer drafts, a critic judges, the writer improves, until the critic accepts or `maxRounds` critiques were given; then the
 * last draft is the answer. Bound: 1 + 2 × `maxRounds` calls. A crash repeats no draft and no critique that was recorded.
 */
export function reflection<const Writer extends string, const Critic extends string, const To extends string = never>(
  options: ReflectionOptions<Writer, Critic, To>,
): RoleDefinition<Writer | Critic | To> {
  const { writer, critic: judge, maxRounds = 3 } = options;
  return coordinator<Writer | Critic, To>({
    pattern: "reflection",
    settings: options,
    asks: [writer, judge],
    bounds: { maxRounds: { value: maxRounds, most: 20 } },
    about: { writer, critic: judge },
    run: async (conversation, ctx) => {
      let draft = await ask(ctx, writer, conversation);
      let work = withTurn(conversation, { role: writer, content: draft });
      for (let round = 1; round <= maxRounds; round++) {
        const { accepted, feedback } = readAnswer(Critique, judge, await ask(ctx, judge, work));
        if (accepted) break;
        draft = await ask(ctx, writer, withTurn(work, { role: judge, content: feedback }));
        work = withTurn(withTurn(work, { role: judge, content: feedback }), { role: writer, content: draft });
      }
      return draft;
    },
  });
}

/** A critic for {@link reflection}: an agent whose answer is a {@link Critique}. */
export function critic(options: AskedAgentOptions, openModel: OpenModel = systemModels()): RoleDefinition<never> {
  return askedAgent(options, Critique, openModel);
}
