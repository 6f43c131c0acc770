/** The facts of one hop as rules see them: read from the hop where a condition names them, and only then. */
import { acceptedAtMs } from "../ids.ts";
import type { HopFacts } from "../rules/rule-facts.ts";
import type { Execution } from "./execution.ts";

/** What a handler returned, as far as rules look at it. */
export interface SeenOutcome {
  readonly outcome: string;
  readonly to?: string | undefined;
  readonly body?: unknown;
}

/** The facts as one object with getters. `outcome` absent = the handler has not run yet. */
export function hopFacts(x: Execution, message: unknown, seen?: SeenOutcome): HopFacts {
  const tally = () => x.tally.total(x.input.passport);
  const { ports, role, input } = x;
  return {
    role: role.role,
    from: input.from,
    message,
    depth: input.passport.depth,
    get labels() {
      return x.taint;
    },
    get detected() {
      return x.detected;
    },
    get elapsedMs() {
      return Math.max(0, ports.clock.nowMs() - acceptedAtMs(x.place.task));
    },
    get remainingMs() {
      return x.remainingMs();
    },
    get costUsd() {
      return tally().costMicros / 1_000_000;
    },
    get runs() {
      return tally().runs;
    },
    get failures() {
      return tally().failures;
    },
    get errorRate() {
      const { runs, failures } = tally();
      return runs === 0 ? 0 : failures / runs;
    },
    get callsLeft() {
      return role.instance.callsLeft?.();
    },
    outcome: seen?.outcome,
    to: seen?.to,
    body: seen?.body,
    confidence: seen === undefined ? undefined : confidenceOf(seen.body),
  };
}

/** The number that an answer itself, or the last contribution of a conversation, has under `confidence`. */
function confidenceOf(body: unknown): number | undefined {
  const own = field(body, "confidence");
  if (typeof own === "number") return own;
  const history = field(body, "history");
  const last: unknown = Array.isArray(history) ? history.at(-1) : undefined;
  const said = field(field(last, "content"), "confidence");
  return typeof said === "number" ? said : undefined;
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}
