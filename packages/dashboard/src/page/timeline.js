/** The records of a task as entries of its timeline. Pure. */
import { cost, pretty } from "./format.js";
import { field, listOf, numberOf, textOf } from "./read.js";

/** @typedef {"message" | "model" | "tool" | "step" | "wait" | "failure" | "end"} EntryClass */
/**
 * @typedef {object} Entry
 * @property {number} id
 * @property {string} at
 * @property {EntryClass} class
 * @property {string} title
 * @property {string} facts Node, tokens, cost.
 * @property {string} detail What it said, in full.
 */

const MICROS = 1_000_000;

/** @param {unknown} record @returns {string} */
function factsOf(record) {
  const usage = field(record, "usage");
  const tokens = numberOf(usage, "inputTokens") + numberOf(usage, "outputTokens");
  const node = textOf(record, "node");
  const parts = [node, ...(tokens > 0 ? [`${tokens} tokens`, cost(numberOf(usage, "costMicros") / MICROS)] : [])];
  return parts.filter((part) => part !== "").join(" · ");
}

/** @param {string} name @returns {{ readonly class: EntryClass, readonly title: string }} */
function stepOf(name) {
  if (name.startsWith("model:")) return { class: "model", title: `model call ${name.slice("model:".length)}` };
  if (name.startsWith("tool:")) return { class: "tool", title: `tool call ${name.slice("tool:".length)}` };
  return { class: "step", title: `step ${name}` };
}

/** @param {unknown} body @returns {string} */
const errorText = (body) => textOf(field(body, "error"), "message") || textOf(body, "message") || textOf(body, "code");

/** @param {unknown} record @returns {{ readonly class: EntryClass, readonly title: string }} */
function headOf(record) {
  const [from, to, body] = [textOf(record, "from"), textOf(record, "to"), field(record, "body")];
  switch (textOf(record, "kind")) {
    case "m.send":
      return { class: "message", title: `${from} → ${to}` };
    case "m.fan":
      return { class: "message", title: `${from} → ${to}, one of several` };
    case "m.call":
      return { class: "message", title: `${from} asks ${to}` };
    case "m.reply":
      return { class: "message", title: `${from} answers ${to}` };
    case "m.again":
      return { class: "message", title: `delivered again to ${to}` };
    case "s.step": {
      const step = stepOf(textOf(body, "name"));
      return { ...step, title: `${from}: ${step.title}` };
    }
    case "s.begin":
      return { class: "step", title: `${from}: begins ${textOf(body, "name")}` };
    case "s.emit":
      return { class: "step", title: `${from}: ${textOf(body, "name")}` };
    case "s.fail":
      return { class: "failure", title: `${from}: attempt ${numberOf(body, "attempt")} failed: ${errorText(body)}` };
    case "c.dead":
      return { class: "failure", title: `${from}: parked: ${errorText(body)}` };
    case "c.fan":
      return { class: "message", title: `${from} hands on to ${listOf(body, "outputs").length} at once` };
    case "c.wait":
      return { class: "wait", title: `${from} waits` };
    case "c.got":
      return { class: "wait", title: `${from} has one of its answers` };
    case "c.claim":
      return { class: "wait", title: `${from} goes on` };
    case "t.done":
      return { class: "end", title: `${textOf(body, "status")} by ${textOf(body, "by")}` };
    default:
      return { class: "step", title: `${from}: ${textOf(record, "kind")}` };
  }
}

/** @param {unknown} record @returns {string} */
function detailOf(record) {
  const body = field(record, "body");
  const [value, result] = [field(body, "value"), field(body, "result")];
  if (textOf(record, "kind") === "s.step" && value !== undefined) return pretty(value);
  if (textOf(record, "kind") === "t.done" && result !== undefined) return pretty(result);
  return body === undefined || body === null ? "" : pretty(body);
}

/** @param {unknown} record @returns {Entry} */
export const entryOf = (record) => ({
  id: numberOf(record, "id"),
  at: textOf(record, "at"),
  ...headOf(record),
  facts: factsOf(record),
  detail: detailOf(record),
});
