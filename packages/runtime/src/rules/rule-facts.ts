/** The names of the facts that rules look at, and which of them are known only when a handler has ended. */

const BEFORE = [
  "role",
  "from",
  "message",
  "depth",
  "labels",
  "detected",
  "elapsedMs",
  "remainingMs",
  "costUsd",
  "runs",
  "failures",
  "errorRate",
  "callsLeft",
] as const;
const AFTER = ["outcome", "to", "body", "confidence"] as const;

/** Facts of a hop. */
export type FactName = (typeof BEFORE)[number] | (typeof AFTER)[number];

export const FACT_NAMES: ReadonlySet<FactName> = new Set<FactName>([...BEFORE, ...AFTER]);
export const FACTS_OF_OUTCOME: ReadonlySet<string> = new Set<FactName>(AFTER);

/** The facts of one hop as a rule's function is given them. A fact that is not known is `undefined`. */
export interface HopFacts {
  readonly role: string;
  /** Who sent the message. */
  readonly from: string;
  readonly message: unknown;
  /** Hops on the path so far. */
  readonly depth: number;
  /** Labels of content from outside. */
  readonly labels: readonly string[];
  /** Guardrail rules (`pii.card`) that found something in what came in and let it pass, since they are set to `allow`. */
  readonly detected: readonly string[];
  /** Since the task was accepted. */
  readonly elapsedMs: number;
  /** To the task's deadline; unknown without one. */
  readonly remainingMs: number | undefined;
  /** What the model calls that led here have cost. */
  readonly costUsd: number;
  /** Runs of handlers that led here, failed ones among them. */
  readonly runs: number;
  readonly failures: number;
  readonly errorRate: number;
  /** Calls that the provider of the role's model still allows for now, as it said itself; unknown where it says nothing. */
  readonly callsLeft: number | undefined;
  /** What the handler returned: `forward`, `fan_out`, `reply` or `complete`; where to; and the body. */
  readonly outcome: string | undefined;
  readonly to: string | undefined;
  readonly body: unknown;
  /** The number `confidence` in the answer, from 0 to 1. */
  readonly confidence: number | undefined;
}
