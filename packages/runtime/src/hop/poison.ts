/** Messages that kill who runs them. Pure. */
import { isControl, type OwnRecord } from "./own-record.ts";

/** Executors that may die of a message before it is parked. */
const DEATHS = 2;

/**
 * Whether a message is poison, by a chain that ends with the reader's own claim: before it, two claims of the segment with no other record
 * after the first, each by an incarnation that is reported dead. To be slow, frozen or suspected is not enough.
 */
export function isPoisoned(
  chain: readonly OwnRecord[],
  segment: number,
  isDead: (node: string, incarnation: string) => boolean,
): boolean {
  let deaths = 0;
  for (const { name, writer } of chain.slice(0, -1).toReversed()) {
    if (!isControl(name, "claim") || writer.segment !== segment) break;
    if (isDead(writer.node, writer.incarnation)) deaths++;
  }
  return deaths >= DEATHS;
}
