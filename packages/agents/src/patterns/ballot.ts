/** Counting votes: pure. */
import { z } from "zod";

/** What a voter answers. */
export const Ballot = z.object({ choice: z.string().min(1), reason: z.string().optional() });
export type Ballot = z.infer<typeof Ballot>;

/** What wins: the most votes, more than half of the voters, or all of them. */
export type VoteRule = "plurality" | "majority" | "unanimous";

/** The outcome of a count; without a winner, why not. */
export type Count =
  | { readonly winner: string; readonly votes: Readonly<Record<string, number>> }
  | { readonly noWinner: string; readonly votes: Readonly<Record<string, number>> };

/**
 * Counts ballots. `voters` is how many were asked: a majority and unanimity are of those, so that who stays away cannot decide. Choices are
 * compared without case and outer spaces; the first spelling is shown. A tie has no winner.
 */
export function count(ballots: readonly Ballot[], rule: VoteRule, voters: number): Count {
  const tally = new Map<string, { readonly choice: string; votes: number }>();
  for (const { choice } of ballots) {
    const key = choice.trim().toLowerCase();
    const entry = tally.get(key) ?? { choice: choice.trim(), votes: 0 };
    entry.votes += 1;
    tally.set(key, entry);
  }
  const ranked = [...tally.values()].toSorted((a, b) => b.votes - a.votes);
  const votes = Object.fromEntries(ranked.map((entry) => [entry.choice, entry.votes]));
  const [first, second] = ranked;
  if (first === undefined) return { noWinner: "nobody voted", votes };
  if (first.votes === second?.votes) return { noWinner: `${first.choice} and ${second.choice} are tied`, votes };
  const needed = { plurality: 1, majority: Math.floor(voters / 2) + 1, unanimous: voters }[rule];
  if (first.votes >= needed) return { winner: first.choice, votes };
  return { noWinner: `${first.choice} has ${first.votes} of the ${needed} votes that are needed`, votes };
}
