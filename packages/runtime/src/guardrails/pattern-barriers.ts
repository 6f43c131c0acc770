/**
 * Patterns in a form that V8 compiles in a quarter of the time. It writes what follows a choice anew for the ends of the choice's alternatives,
 * and what follows that anew for each of those: tens of milliseconds for some patterns. Behind a look at nothing it begins afresh, once.
 */
import { endOfItem, quantityAt } from "./pattern-heads.ts";

/** Holds everywhere, and takes nothing. One that is empty would be left out. */
const BARRIER = "(?=[^]?)";
/** A choice of few letters costs less than the barrier. */
const SHORTEST = 24;

/** The same pattern with barriers around its choices. */
export function withBarriers(source: string): string {
  let written = "";
  for (let at = 0; at < source.length; ) {
    const inside = endOfItem(source, at);
    const end = inside + quantityAt(source, inside).length;
    const item = source.slice(at, end);
    const isChoice = item.startsWith("(?:") && item.length >= SHORTEST && item.includes("|");
    written += isChoice ? `${at === 0 ? "" : BARRIER}${item}${end < source.length ? BARRIER : ""}` : item;
    at = end;
  }
  return written;
}
