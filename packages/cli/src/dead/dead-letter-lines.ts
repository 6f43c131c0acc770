/** Dead letters for a terminal. Messages and errors come from models and clients: only printable characters of them are shown. */
import type { DeadLetterSummary, DeadLetterView } from "@troupe/runtime/internal";
import { harmless } from "../approvals/approval-lines.ts";
import type { Paint } from "../terminal.ts";

const oneLine = (text: string): string => harmless(text.replaceAll("\n", " "));

export function deadLetterLine(
  { dead_letter_id: id, role, state, error, died_at: at }: DeadLetterSummary,
  paint: Paint,
) {
  const why = `${error.code}: ${oneLine(error.message)}`;
  return `${paint("bold", id)}  ${paint(state === "parked" ? "yellow" : "dim", state)}  ${paint("cyan", role)}  ${why}  ${paint("dim", at)}`;
}

export function deadLetterLines(view: DeadLetterView, paint: Paint): readonly string[] {
  const { error, attempts, from, path, journal, message } = view;
  const fact = (name: string, text: string) => `  ${paint("dim", name.padEnd(10))} ${oneLine(text)}`;
  return [
    deadLetterLine(view, paint),
    ...(error.details === undefined ? [] : [fact("details", JSON.stringify(error.details))]),
    fact("attempts", String(attempts)),
    fact("from", from),
    ...(view.handed_on_to === undefined ? [] : [fact("went to", view.handed_on_to)]),
    fact(
      "path",
      path
        .map(({ role, node }) => `${role} on ${node}`)
        .join(" → ")
        .replaceAll("→", "to"),
    ),
    ...journal.map(({ kind, name, at }) => fact(kind, `${name}  ${at}`)),
    "",
    ...harmless(message === undefined ? "(only its role can read the message)" : JSON.stringify(message, null, 2))
      .split("\n")
      .map((line) => `  ${line}`),
  ];
}
