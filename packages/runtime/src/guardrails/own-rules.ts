/** A system's own rules: patterns in RE2's syntax, which take linear time whatever the text, and functions of its module. */
import { RE2JS } from "re2js";
import type { OwnRule } from "../contracts/guardrail.ts";
import type { Problem } from "../contracts/problem.ts";
import { messageOf } from "../errors.ts";
import type { Detector } from "./detector.ts";
import type { Span } from "./view.ts";

/** A rule as a function: the ranges of the text that it means. It must be pure and fast; one that throws means the whole text. */
export type FindOwn = (text: string) => readonly Span[];

/** What is wrong with the rules; a function without a pattern has to be there. */
export function ownRuleProblems(
  rules: readonly OwnRule[],
  functions: ReadonlyMap<string, FindOwn>,
): readonly Problem[] {
  return rules.flatMap(({ name, pattern }, index): readonly Problem[] => {
    const path = `guardrails.rules[${index}]`;
    if (rules.findIndex((rule) => rule.name === name) < index)
      return [{ path, value: name, reason: "two rules have this name" }];
    if (pattern === undefined) {
      const reason = "it has no pattern, and the system's module gives no function of this name";
      return functions.has(name) ? [] : [{ path, value: name, reason }];
    }
    try {
      RE2JS.compile(pattern);
      return [];
    } catch (error) {
      return [{ path: `${path}.pattern`, value: pattern, reason: messageOf(error) }];
    }
  });
}

/** The rules as detectors. Throws for what {@link ownRuleProblems} finds. */
export function ownDetectors(rules: readonly OwnRule[], functions: ReadonlyMap<string, FindOwn>): readonly Detector[] {
  return rules.map(({ name, pattern, type = "OWN", severity = "medium" }) => {
    const find = pattern === undefined ? guarded(functions.get(name)) : byPattern(pattern);
    return { rule: `own.${name}`, type, severity, reads: "plain", readsEncoded: true, find };
  });
}

function byPattern(pattern: string): FindOwn {
  const compiled = RE2JS.compile(pattern);
  return (text) => {
    const matcher = compiled.matcher(text);
    const found: Span[] = [];
    while (matcher.find())
      if (matcher.end() > matcher.start()) found.push({ start: matcher.start(), end: matcher.end() });
    return found;
  };
}

/** Ranges outside of the text count as far as they lie in it. */
function guarded(find: FindOwn | undefined): FindOwn {
  return (text) => {
    try {
      const spans = find?.(text) ?? [];
      return spans
        .map(({ start, end }) => ({
          start: Math.max(0, Math.trunc(start)),
          end: Math.min(text.length, Math.trunc(end)),
        }))
        .filter(({ start, end }) => end > start);
    } catch {
      return [{ start: 0, end: text.length }]; // a rule that does not work lets nothing pass
    }
  };
}
