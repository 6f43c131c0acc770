/** Messages that kill who runs them. Pure. */
import { isControl, type OwnRecord } from "./own-record.ts";

/** Executors that may die of a message before it is parked. */
const DEATHS = 2;

/**
 * Who died of a message, if it is poison, by a chain that ends with the reader's own claim: before it, two claims of the segment with no other
 * record after the first, each by an incarnation that is reported dead. To be slow, frozen or suspected is not enough. `undefined` = it is none.
 */
export function poisonedBy(
  chain: readonly OwnRecord[],
  segment: number,
  isDead: (node: string, incarnation: string) => boolean,
): readonly { readonly node: string; readonly incarnation: string }[] | undefined {
  const died: { node: string; incarnation: string }[] = [];
  for (const { name, writer } of chain.slice(0, -1).toReversed()) {
    if (!isControl(name, "claim") || writer.segment !== segment) break;
    const { node, incarnation } = writer;
    if (isDead(node, incarnation)) died.unshift({ node, incarnation });
  }
  return died.length >= DEATHS ? died : undefined;
}
