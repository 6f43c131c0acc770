/** The facts of one hop as rules see them: read from the hop where a condition names them, and only then. */
import type { Tally } from "../contracts/record.ts";
import { acceptedAtMs } from "../ids.ts";
import type { HopFacts } from "../rules/rule-facts.ts";
import type { Execution } from "./execution.ts";

/** What a handler returned, as far as rules look at it. */
export interface SeenOutcome {
  readonly outcome: string;
  readonly to?: string | undefined;
  readonly body?: unknown;
}

/** The facts of one hop. A class, so that nothing is computed, and nothing built for each fact, in a hop that nobody asks of. */
class Seen implements HopFacts {
  readonly message: unknown;
  readonly outcome: string | undefined;
  readonly to: string | undefined;
  readonly body: unknown;
  readonly #x: Execution;

  constructor(x: Execution, message: unknown, seen: SeenOutcome | undefined) {
    this.#x = x;
    this.message = message;
    this.outcome = seen?.outcome;
    this.to = seen?.to;
    this.body = seen?.body;
  }

  get role(): string {
    return this.#x.role.role;
  }
  get from(): string {
    return this.#x.input.from;
  }
  get depth(): number {
    return this.#x.input.passport.depth;
  }
  get labels(): readonly string[] {
    return this.#x.taint;
  }
  get detected(): readonly string[] {
    return this.#x.detected;
  }
  get elapsedMs(): number {
    return Math.max(0, this.#x.ports.clock.nowMs() - acceptedAtMs(this.#x.place.task));
  }
  get remainingMs(): number | undefined {
    return this.#x.remainingMs();
  }
  get costUsd(): number {
    return this.#tally.costMicros / 1_000_000;
  }
  get runs(): number {
    return this.#tally.runs;
  }
  get failures(): number {
    return this.#tally.failures;
  }
  get errorRate(): number {
    const { runs, failures } = this.#tally;
    return runs === 0 ? 0 : failures / runs;
  }
  get callsLeft(): number | undefined {
    return this.#x.role.instance.callsLeft?.();
  }
  get confidence(): number | undefined {
    return confidenceOf(this.body);
  }

  get #tally(): Tally {
    return this.#x.tally.total(this.#x.input.passport);
  }
}

/** The facts of a hop; read where a condition names them, and only then. `seen` absent = the handler has not run yet. */
export const hopFacts = (x: Execution, message: unknown, seen?: SeenOutcome): HopFacts => new Seen(x, message, seen);

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
