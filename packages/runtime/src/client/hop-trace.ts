import type { Writer } from "../contracts/record.ts";
import type { PathHop } from "../contracts/task.ts";
import type { TaskRecord } from "./task-record.ts";

/** What the own records of one hop say so far: who ran it, how long, how often, and whether it is settled or waits. */
export interface HopTrace {
  readonly role: string;
  node: string;
  ranMs: number;
  /** Claims by segment: in segment 0 each is a take-over, in later ones the first is the continuation. */
  readonly claims: Map<number, number>;
  readonly nonces: Set<string>;
  /** `parked`: dead, and nobody has its message. */
  state: "active" | "waiting" | "parked" | "settled";
  /** The wait that it stands in, while `waiting`. */
  wait:
    | { readonly number: number; readonly need: number; readonly calls: readonly string[]; replies: number }
    | undefined;
}

export const newHopTrace = (role: string): HopTrace => ({
  role,
  node: "",
  ranMs: 0,
  claims: new Map(),
  nonces: new Set(),
  state: "active",
  wait: undefined,
});

/** Counts one record of the hop's executors. */
export function traceWriter(hop: HopTrace, writer: Writer | undefined): void {
  if (!writer) return;
  hop.node = writer.node;
  hop.ranMs += writer.ranMs ?? 0;
  hop.nonces.add(writer.nonce);
}

export function traceClaim(hop: HopTrace, record: TaskRecord): void {
  const segment = record.header?.writer?.segment ?? 0;
  hop.claims.set(segment, (hop.claims.get(segment) ?? 0) + 1);
  hop.state = "active";
  hop.wait = undefined;
}

/** How many executors ran the hop, continuations of a wait not counted. */
function attemptsOf(hop: HopTrace): number {
  let attempts = 1;
  for (const [segment, claims] of hop.claims) attempts += segment === 0 ? claims : claims - 1;
  return attempts;
}

export const pathHopOf = (hop: HopTrace): PathHop => ({
  role: hop.role,
  node: hop.node,
  ms: Math.round(hop.ranMs),
  attempts: attemptsOf(hop),
});
