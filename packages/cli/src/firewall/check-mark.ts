/**
 * How the security report knows the attempts of a `graph check` from an attacker's: the names of its connections carry a mark that nobody can
 * guess, and only an operator can say in the audit which mark it was. Whoever merely calls a connection so is an attacker.
 */
import type { AuditEvent, Random } from "@troupe/runtime/internal";
import { operator } from "../asked-by.ts";
import type { SourcedEntry } from "../audit/read-entries.ts";

const ACT = "graph_check";
const PLACE = "cli/graph-check/";

export const newCheckMark = (random: Random): string => Buffer.from(random.bytes(16)).toString("base64url");

/** What a check calls its connection as a role. */
export const checkConnection = (mark: string, role: string): string => `${PLACE}${mark}/${role}`;

/** What the audit is told before the first attempt, and after the last. */
export const checkEvent = (mark: string, version: string, outcome: CheckOutcome): AuditEvent => ({
  event: "operator_act",
  who: operator(),
  act: ACT,
  about: version,
  details: { mark, ...outcome },
});

export type CheckOutcome = { readonly outcome: "begun" } | { readonly outcome: "done"; readonly succeeded: number };

/** Tells which of these entries are refused attempts of a check that an operator made. */
export function checkAttempts(entries: readonly SourcedEntry[]): (entry: SourcedEntry) => boolean {
  const marks = new Set(
    entries.flatMap(({ source, entry: { what } }) =>
      source === "operator" && what.event === "operator_act" && what.act === ACT ? [what.details?.["mark"]] : [],
    ),
  );
  return ({ source, entry: { what } }) => {
    if (source !== "server" || what.event !== "denied" || !what.who.claimed?.startsWith(PLACE)) return false;
    return marks.has(what.who.claimed.slice(PLACE.length).split("/", 1)[0]);
  };
}
