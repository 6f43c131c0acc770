import type { CompiledSystem } from "@troupe/runtime/internal";
import type { Paint } from "../terminal.ts";

const HEAD = 12;

const cell = (text: string, column: string): string => `${text}${" ".repeat(Math.max(2, column.length + 1))}`;

/** Who may write to whom: `●` an edge, `↩` an answer to a caller along an edge the other way, `·` refused. One row a sender. */
export function drawMatrix(system: CompiledSystem, paint: Paint): readonly string[] {
  const roles = [...system.roles.values()];
  const columns = [...roles.map(({ name }) => name), "client"];
  const mark = (isEdge: boolean, isAnswer: boolean) => {
    if (isEdge) return paint("green", "●");
    return isAnswer ? paint("cyan", "↩") : paint("dim", "·");
  };
  const row = (from: string, marks: (to: string) => string) =>
    `${from.padEnd(HEAD)} ${columns.map((to) => cell(marks(to), to)).join("")}`.trimEnd();
  return [
    `${"".padEnd(HEAD)} ${columns.map((name) => `${name.padEnd(2)}  `).join("")}`.trimEnd(),
    row("client", (to) => mark(system.doors.has(to), false)),
    ...roles.map((from) =>
      row(from.name, (to) => mark(from.targets.has(to), system.roles.get(to)?.targets.has(from.name) ?? false)),
    ),
  ];
}
