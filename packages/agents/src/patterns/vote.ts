import { type RoleDefinition, TroupeError } from "@troupe/runtime";
import { z } from "zod";
import { type OpenModel, systemModels } from "../roles/agent-ports.ts";
import { toBody } from "../roles/conversation.ts";
import { type AskedAgentOptions, askedAgent } from "./asked-agent.ts";
import { Ballot, count, type VoteRule } from "./ballot.ts";
import { coordinator, type PatternSettings, readAnswer } from "./coordinator.ts";

export interface VoteOptions<Voter extends string, To extends string> extends PatternSettings<To> {
  /** Roles that vote, at the same time and without seeing one another's vote. Each answers a {@link Ballot}; {@link voter} makes such roles. */
  readonly voters: readonly Voter[];
  /** What wins. Default `plurality`. No winner, or a tie, escalates. */
  readonly rule?: VoteRule | undefined;
  /** Ballots that are waited for; then the others do not count, nor does a voter that failed. Default all of them. */
  readonly quorum?: number | undefined;
}

/**
 * Vote: several roles choose independently, the answer is `{ choice, votes, ballots }`. Bound: one call a voter. Ballots are recorded: a
 * crash repeats none and changes no count.
 */
export function vote<const Voter extends string, const To extends string = never>(
  options: VoteOptions<Voter, To>,
): RoleDefinition<Voter | To> {
  const { voters, rule = "plurality", quorum = voters.length } = options;
  return coordinator<Voter, To>({
    pattern: "vote",
    settings: options,
    asks: voters,
    bounds: { quorum: { value: quorum, most: voters.length } },
    lists: { voters },
    about: { voters, rule },
    run: async (conversation, ctx) => {
      const body = toBody(conversation);
      const answers = await ctx.all(
        voters.map((to) => ({ to, body })),
        { quorum },
      );
      const ballots = answers
        .toSorted((a, b) => a.index - b.index)
        .map(({ index, value }) => {
          const role = voters[index] ?? "";
          const { choice, reason } = readAnswer(Ballot, role, value);
          return { role, choice, ...(reason === undefined ? {} : { reason }) };
        });
      const counted = count(ballots, rule, voters.length);
      if ("noWinner" in counted) throw new TroupeError("escalated", `the vote has no winner: ${counted.noWinner}`);
      return { choice: counted.winner, votes: counted.votes, ballots };
    },
  });
}

export interface VoterOptions extends AskedAgentOptions {
  /** What may be chosen. Absent = free text. */
  readonly choices?: readonly [string, ...string[]] | undefined;
}

/** A voter for {@link vote}: an agent whose answer is a {@link Ballot} with one of the choices. */
export function voter(options: VoterOptions, openModel: OpenModel = systemModels()): RoleDefinition<never> {
  const { choices, ...agentOptions } = options;
  const choice = choices === undefined ? z.string().min(1) : z.enum([...choices]);
  return askedAgent(agentOptions, z.object({ choice, reason: z.string() }), openModel);
}
