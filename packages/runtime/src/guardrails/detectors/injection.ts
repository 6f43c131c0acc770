/** Text that gives orders to the model instead of being worked on. What is found is the sentences that do. */
import { hasConfusable } from "../confusables.ts";
import type { Detector } from "../detector.ts";
import { type Span, View } from "../view.ts";
import { disguises } from "./injection/disguise.ts";
import { injectionsIn } from "./injection/score.ts";
import { squeezedOrders } from "./injection/squeezed.ts";

export const injection: Detector = {
  rule: "injection.orders",
  type: "INJECTION",
  severity: "high",
  reads: "folded",
  readsEncoded: true,
  find: (text) => {
    const view = new View(text);
    // A text with look-alike letters is read again with Latin ones; what else it is disguised by is looked for then.
    const readings = hasConfusable(text) ? [view] : [view, ...disguises(view)];
    return readings.flatMap((reading) =>
      [...injectionsIn(reading.text), ...squeezedOrders(reading.text)].map((span) =>
        sentencesOf(text, reading.original(span)),
      ),
    );
  },
};

const END = /[.!?\n\u3002\uff01\uff1f]/;
/** A sentence without an end is taken up to here. */
const LONGEST = 400;

function sentencesOf(text: string, { start, end }: Span): Span {
  let from = start;
  while (from > 0 && start - from < LONGEST && !END.test(text[from - 1] ?? "")) from--;
  let to = end;
  while (to < text.length && to - end < LONGEST && !END.test(text[to] ?? "")) to++;
  while (from < start && /\s/.test(text[from] ?? "")) from++;
  return { start: from, end: to };
}
