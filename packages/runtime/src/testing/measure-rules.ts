/** Measures the rules of the guardrails on labelled texts: what they find of what they should, and what they find where nothing is. */
import { Guard } from "../guardrails/guard.ts";
import { screenText } from "../guardrails/screen-text.ts";
import type { LabelledRow } from "./labelled-rows.ts";

/** Of one rule in one part of the set, or of one family of what it should find. */
export interface RuleFigures {
  /** With its family, where the rows have one: `injection.orders: direct`. */
  readonly rule: string;
  readonly wanted: number;
  readonly found: number;
  /** Look-alikes in which it fired. */
  readonly falseAlarms: number;
}

export interface SetFigures {
  readonly rules: readonly RuleFigures[];
  /** Rows in which nothing may fire, and those in which something did. */
  readonly benign: number;
  readonly falseAlarms: number;
  readonly missed: readonly LabelledRow[];
  readonly wrong: readonly { readonly row: LabelledRow; readonly fired: readonly string[] }[];
}

const everything = Object.fromEntries(
  ["pii", "secret", "injection", "toxicity", "markup", "control", "exfiltration"].map(
    (group) => [group, "redact"] as const,
  ),
);

/** All rules at once, as no single passage of a system has them. */
const screen = new Guard({
  role: "r",
  targets: new Set(["client"]),
  system: { input: everything, maxLength: 1_000_000 },
}).input("client");

export function measureRules(rows: readonly LabelledRow[]): SetFigures {
  const seen = rows.map((row) => ({ row, fired: screenText(row.text, screen).firings.map(({ rule }) => rule) }));
  const rules = [
    ...new Set([...rows.flatMap(({ expect }) => expect), ...seen.flatMap(({ fired }) => fired)]),
  ].toSorted();
  const benign = seen.filter(({ row }) => row.expect.length === 0);
  const isWrong = ({ row, fired }: (typeof seen)[number]) => fired.some((rule) => !isPartOf(rule, row));
  return {
    rules: rules.flatMap((rule) => {
      const wanted = seen.filter(({ row }) => row.expect.includes(rule));
      const falseAlarms = benign.filter((one) => one.fired.includes(rule) && isWrong(one)).length;
      const families = Map.groupBy(wanted, ({ row }) => row.family);
      if (families.size === 0) return [{ rule, wanted: 0, found: 0, falseAlarms }];
      return [...families].map(([family, some]) => ({
        rule: family === undefined ? rule : `${rule}: ${family}`,
        wanted: some.length,
        found: some.filter(({ fired }) => fired.includes(rule)).length,
        falseAlarms,
      }));
    }),
    benign: benign.length,
    falseAlarms: benign.filter(isWrong).length,
    missed: seen.filter(({ row, fired }) => row.expect.some((rule) => !fired.includes(rule))).map(({ row }) => row),
    wrong: benign.filter(isWrong),
  };
}

/** A disguise is a finding of its own, whatever it hides. */
const isPartOf = (rule: string, { encode }: LabelledRow): boolean => encode !== undefined && rule === "control.unseen";
