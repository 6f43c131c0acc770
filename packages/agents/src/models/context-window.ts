/** What fits into a context window: the newest first, and nothing older than what did not fit. */
import { countWithin } from "./tokens.ts";

/** How many of the newest items (`tokens` oldest first) fit into the budget together, at most `maxItems`. Pure. */
export function newestThatFit(tokens: readonly number[], budgetTokens: number, maxItems: number): number {
  let left = budgetTokens;
  let kept = 0;
  for (const size of tokens.slice(Math.max(0, tokens.length - maxItems)).toReversed()) {
    left -= size;
    if (left < 0) break;
    kept += 1;
  }
  return kept;
}

/** The same for texts, by their exact number of tokens. */
export async function newestTextsThatFit(
  texts: readonly string[],
  budgetTokens: number,
  maxItems: number,
): Promise<number> {
  const newest = texts.slice(Math.max(0, texts.length - maxItems));
  return newestThatFit(await countWithin(newest, budgetTokens), budgetTokens, maxItems);
}
