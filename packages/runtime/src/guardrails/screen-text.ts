/** Guardrails on one text: what was found becomes a verdict, and what is to go is taken out of the original. Pure. */
import type { GuardrailAction } from "../contracts/guardrail.ts";
import type { ClassifierActions } from "./classifier.ts";
import type { Detector, Scene } from "./detector.ts";
import { type Finding, find } from "./find.ts";
import { type Firing, type Verdict, verdictOf } from "./verdict.ts";
import type { Span } from "./view.ts";

/** A rule that is on, and what is done. */
export interface ScreenRule {
  readonly detector: Detector;
  readonly action: Exclude<GuardrailAction, "off">;
  /** Whether what it takes out may be given back. Default false. */
  readonly isReversible?: boolean | undefined;
}

/** What texts are looked at with. Built once for a passage. */
export interface Screen {
  /** In the order of precedence. */
  readonly rules: readonly ScreenRule[];
  readonly scene: Scene;
  /** What is done about what a model finds; absent = none is asked. */
  readonly classified?: ClassifierActions | undefined;
}

/** A range that is to go, and what stands in its place. */
export interface Cut extends Span {
  readonly mark: string;
  /** Whether every rule that it is of may be reversed. */
  readonly isReversible: boolean;
}

/** Keeps a value that is taken out, and says what stands in its place instead of the mark; `undefined` = it is taken out for good. */
export type TakeOut = (mark: string, value: string) => string | undefined;

/** What was found in a text. */
export interface Screened {
  /** In order, and apart from one another. */
  readonly cuts: readonly Cut[];
  readonly firings: readonly Firing[];
}

/** Looks at a text. Findings that end at or before `after` are passed over: they stand in what only gives the context. */
export function screened(text: string, { rules, scene }: Screen, after = 0, takeOut?: TakeOut): Screened {
  if (rules.length === 0 || text === "") return { cuts: [], firings: [] };
  const detectors = rules.map(({ detector }) => detector);
  const byDetector = Map.groupBy(
    find(text, detectors, scene).filter(({ end }) => end > after),
    ({ detector }) => detector,
  );
  const cuts: Cut[] = [];
  const firings: Firing[] = [];
  for (const { detector, action, isReversible = false } of rules) {
    const spans = joined(byDetector.get(detector) ?? []);
    if (spans.length === 0) continue;
    firings.push({ rule: detector.rule, action, severity: detector.severity, count: spans.length });
    const mark = detector.type === "" ? "" : `[REDACTED_${detector.type}]`;
    if (action === "allow") continue;
    cuts.push(...spans.map(({ start, end }) => ({ start: Math.max(start, after), end, mark, isReversible })));
  }
  return { cuts: takenOut(text, apart(cuts), takeOut), firings };
}

const takenOut = (text: string, cuts: readonly Cut[], takeOut: TakeOut | undefined): readonly Cut[] =>
  takeOut === undefined
    ? cuts
    : cuts.map((cut) =>
        cut.isReversible ? { ...cut, mark: takeOut(cut.mark, text.slice(cut.start, cut.end)) ?? cut.mark } : cut,
      );

/** The verdict on a text. */
export function screenText(text: string, screen: Screen): Verdict<string> {
  const { cuts, firings } = screened(text, screen);
  return { verdict: verdictOf(firings), value: withoutCuts(text, cuts), firings };
}

/** The text with marks in place of the ranges. */
export function withoutCuts(text: string, cuts: readonly Cut[], from = 0): string {
  const parts: string[] = [];
  let at = from;
  for (const { start, end, mark } of cuts) {
    parts.push(text.slice(at, start), mark);
    at = end;
  }
  parts.push(text.slice(at));
  return parts.join("");
}

/** Ranges of one rule: those that overlap are one. */
function joined(findings: readonly Finding[]): readonly Span[] {
  const spans: { start: number; end: number }[] = [];
  for (const { start, end } of findings.toSorted((a, b) => a.start - b.start)) {
    const last = spans.at(-1);
    if (last === undefined || start >= last.end) spans.push({ start, end });
    else last.end = Math.max(last.end, end);
  }
  return spans;
}

/** Ranges of all rules: those that overlap are one, with the mark of the rule that comes first and leaves one. */
function apart(cuts: readonly Cut[]): readonly Cut[] {
  const ranks = new Map(cuts.map((cut, rank) => [cut, cut.mark === "" ? rank + cuts.length : rank]));
  const kept: Cut[] = [];
  let rank = 0;
  for (const cut of cuts.toSorted((a, b) => a.start - b.start)) {
    const last = kept.at(-1);
    const own = ranks.get(cut) ?? 0;
    if (last === undefined || cut.start >= last.end) {
      kept.push(cut);
      rank = own;
      continue;
    }
    kept[kept.length - 1] = {
      start: last.start,
      end: Math.max(last.end, cut.end),
      mark: own < rank ? cut.mark : last.mark,
      isReversible: last.isReversible && cut.isReversible,
    };
    rank = Math.min(rank, own);
  }
  return kept;
}
