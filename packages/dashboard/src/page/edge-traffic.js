/** Messages over each edge of the graph in the last minute, as the logs of tasks tell them. Pure. */
import { field, textOf } from "./read.js";

const WINDOW_MS = 60_000;
const MESSAGES = new Set(["m.send", "m.fan", "m.call", "m.reply"]);

/** @param {string} from @param {string} to */
export const edgeKey = (from, to) => `${from}→${to}`;

/** The edge that a record is a message over; `undefined` for every other record. @param {unknown} record @returns {string | undefined} */
export function edgeOf(record) {
  const kind = textOf(record, "kind");
  // The end is written under a name that is the same for everybody; its body says who wrote it.
  if (kind === "t.done") return edgeKey(textOf(field(record, "body"), "by"), "client");
  if (!MESSAGES.has(kind)) return undefined;
  // A mailbox is a role, or a role and one of its variants.
  const [to = ""] = textOf(record, "to").split("_", 1);
  return edgeKey(textOf(record, "from"), to);
}

export class EdgeTraffic {
  /** @type {{ readonly edge: string, readonly atMs: number }[]} */
  #messages = [];

  /** @param {unknown} record @param {number} atMs */
  add(record, atMs) {
    const edge = edgeOf(record);
    if (edge !== undefined) this.#messages.push({ edge, atMs });
  }

  /** Messages of the last minute by edge; older ones are forgotten. @param {number} nowMs @returns {ReadonlyMap<string, number>} */
  counts(nowMs) {
    this.#messages = this.#messages.filter(({ atMs }) => atMs > nowMs - WINDOW_MS);
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const { edge } of this.#messages) counts.set(edge, (counts.get(edge) ?? 0) + 1);
    return counts;
  }
}
