import type { Violation } from "../../../support/invariants.ts";
import type { AtRest, Round } from "../evidence.ts";

const invariant = "all returned";
/** What may be more than before: a tenth, and what a few connections or a process that now has done everything once make of a small number. */
const MORE = 1.1;
const HANDLES = 12;
const HEAP_BYTES = 10 * 1_024 ** 2;

/** At rest nobody holds more than at rest before, and nothing waits in a queue. */
export function allReturned({ before, after, queued }: Round): Violation[] {
  const held = new Map(before.map((each) => [each.part, each]));
  const grown = after.flatMap((now) => {
    const was = held.get(now.part);
    return was === undefined ? [] : grownIn(was, now).map((detail) => ({ invariant, task: now.part, detail }));
  });
  const waiting = Object.entries(queued).map(([mailbox, count]) => ({
    invariant,
    task: mailbox,
    detail: `${count} messages wait`,
  }));
  return [...grown, ...waiting];
}

function grownIn(was: AtRest, now: AtRest): string[] {
  const grown: string[] = [];
  if (now.handles > was.handles * MORE + HANDLES) grown.push(`${now.handles} handles, ${was.handles} before`);
  if (now.heapBytes > was.heapBytes * MORE + HEAP_BYTES)
    grown.push(`a heap of ${now.heapBytes} bytes, ${was.heapBytes} before`);
  return grown;
}
