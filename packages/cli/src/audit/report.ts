/** The security report of the last hour (R-GOV-6). Pure. */
import type { AuditEntry, AuditEventName } from "@troupe/runtime/internal";
import { checkAttempts } from "../firewall/check-mark.ts";
import type { SourcedEntry } from "./read-entries.ts";

export interface SecurityReport {
  /** Good without failures, warning with fewer than 5, else critical. */
  readonly status: "good" | "warning" | "critical";
  readonly since: string;
  readonly events: number;
  /** Failed sign-ins and denials. */
  readonly failures: number;
  /** What `graph check` tried and was refused, as it should be: no failures. */
  readonly graph_check_attempts: number;
  readonly rate_limit_hits: number;
  readonly by_event: Readonly<Partial<Record<AuditEventName, number>>>;
  /** Who was refused most often, at most 10. */
  readonly refused: readonly { readonly who: string; readonly failures: number; readonly last: string }[];
}

/** How many failures still are a warning only. */
const CRITICAL = 5;
const LISTED = 10;

export function securityReport(entries: readonly SourcedEntry[], since: string): SecurityReport {
  const byEvent: Partial<Record<AuditEventName, number>> = {};
  const refused = new Map<string, { failures: number; last: string }>();
  const isOfCheck = checkAttempts(entries);
  let failures = 0;
  let checked = 0;
  for (const sourced of entries) {
    const { what, count } = sourced.entry;
    byEvent[what.event] = (byEvent[what.event] ?? 0) + count;
    if (isOfCheck(sourced)) {
      checked += count;
      continue;
    }
    if (!isFailure(what)) continue;
    failures += count;
    const who = nameOf(what.who);
    refused.set(who, { failures: (refused.get(who)?.failures ?? 0) + count, last: sayWhat(what) });
  }
  return {
    status: failures === 0 ? "good" : failures < CRITICAL ? "warning" : "critical",
    since,
    events: Object.values(byEvent).reduce((sum, count) => sum + count, 0),
    failures,
    graph_check_attempts: checked,
    rate_limit_hits: byEvent.rate_limited ?? 0,
    by_event: byEvent,
    refused: [...refused]
      .map(([who, row]) => ({ who, ...row }))
      .toSorted((a, b) => b.failures - a.failures)
      .slice(0, LISTED),
  };
}

const isFailure = (
  what: AuditEntry["what"],
): what is Extract<AuditEntry["what"], { event: "denied" | "login_failed" }> =>
  what.event === "denied" || what.event === "login_failed";

/** Somebody as people read it: a role, a node, an account, or what they call themselves. */
export function nameOf({ role, version, node, account, user, claimed, host }: AuditEntry["what"]["who"]): string {
  const place = role === undefined ? (node ?? account) : `${version === undefined ? "" : `${version}/`}${role}`;
  const called = claimed === undefined ? (host ?? user) : `"${claimed}"`;
  return [place, called].filter((part) => part !== undefined).join(" ") || "unknown";
}

type What = AuditEntry["what"];
/** What was done by somebody who may. */
type Act = Exclude<What, { event: Refusal["event"] }>;
type Refusal = Extract<
  What,
  { event: "login_failed" | "denied" | "rate_limited" | "tool_refused" | "omitted" | "stream_cut" }
>;

const REFUSALS: ReadonlySet<string> = new Set<Refusal["event"]>([
  "login_failed",
  "denied",
  "rate_limited",
  "tool_refused",
  "omitted",
  "stream_cut",
]);
const isRefusal = (what: What): what is Refusal => REFUSALS.has(what.event);

/** What happened, in one line. */
export const sayWhat = (what: What): string => (isRefusal(what) ? sayRefusal(what) : sayAct(what));

function sayRefusal(what: Refusal): string {
  switch (what.event) {
    case "login_failed":
      return `could not sign in: ${what.reason}`;
    case "denied":
      return `${what.by} refused ${what.act} ${what.what}${what.reason === undefined ? "" : `: ${what.reason}`}`;
    case "rate_limited":
      return `rate limit: ${what.what}`;
    case "tool_refused":
      return `tool ${what.tool} refused (${what.code}): ${what.reason}`;
    case "omitted":
      return `further entries of kind ${what.of}: ${what.reason}`;
    case "stream_cut":
    default:
      return `the stream was cut: checkpoint ${what.known} was known, ${what.found} found`;
  }
}

function sayAct(what: Act): string {
  switch (what.event) {
    case "login":
      return "signed in";
    case "deployment":
      return `${what.version} ${what.outcome}${changesOf(what)}`;
    case "rule_fired":
      return `rule ${what.rule} (${what.severity}, ${what.handler}): ${what.reason}`;
    case "guardrail_fired":
      return `guardrail ${what.verdict} (${what.severity}), ${what.place} ${what.party}: ${what.rules.join(", ")}`;
    case "credentials_issued":
      return `keys issued: ${what.whose}`;
    case "credentials_revoked":
      return `keys revoked: ${what.whose} (${what.reason})`;
    case "edge_revoked":
      return `edge ${what.edge.from} → ${what.edge.to} revoked, ${what.outcome}`;
    case "edge_restored":
      return `edge ${what.edge.from} → ${what.edge.to} restored`;
    case "operator_act":
      return `${what.act} ${what.about}`.trimEnd();
    case "approval":
      return `${what.verdict} ${what.approval} of ${what.task}`;
    case "tool_call":
      return `tool ${what.tool} ${what.outcome}`;
    case "budget_change":
    default:
      return `budget ${what.account}: ${what.change}`;
  }
}

function changesOf({ added, removed, changed }: Extract<AuditEntry["what"], { event: "deployment" }>): string {
  const parts = [
    ...added.map((name) => `+${name}`),
    ...removed.map((name) => `-${name}`),
    ...changed.map((name) => `~${name}`),
  ];
  return parts.length === 0 ? "" : ` ${parts.slice(0, 12).join(" ")}${parts.length > 12 ? " …" : ""}`;
}
