/**
 * Faults on request. Three ways, the same kinds:
 * - in the text of a prompt: `[[fault 429]]`, for one role `[[fault 500 developer]]`, for the first requests only `[[fault stall x2]]`;
 * - as the end of the model's name: `offline-fast!garbage`;
 * - by whoever started the server: `startOfflineModel({ faults: [{ kind: "rate_limit", times: 2 }] })`.
 */
export type FaultKind =
  | "rate_limit"
  | "busy"
  | "server_error"
  | "garbage"
  | "html"
  | "silent"
  | "stall"
  | "cut"
  | "endless"
  | "slow"
  | "unparsable"
  | "broken_tool"
  | "refuse";

export interface Fault {
  readonly kind: FaultKind;
  /** Only requests of this role. Absent = all. */
  readonly role?: string | undefined;
  /** How many requests it hits; absent = every one. */
  readonly times?: number | undefined;
  /** For `slow`: wait before the answer. Default 2,000. */
  readonly latencyMs?: number | undefined;
  /** For `rate_limit`: what the answer asks for. Default 1,000. */
  readonly retryAfterMs?: number | undefined;
}

const NAMES: ReadonlyMap<string, FaultKind> = new Map([
  ["429", "rate_limit"],
  ["busy", "busy"],
  ["500", "server_error"],
  ["garbage", "garbage"],
  ["html", "html"],
  ["silent", "silent"],
  ["stall", "stall"],
  ["endless", "endless"],
  ["cut", "cut"],
  ["slow", "slow"],
  ["unparsable", "unparsable"],
  ["tool", "broken_tool"],
  ["refuse", "refuse"],
]);

const DIRECTIVE = /\[\[fault (\w+)((?: [a-z][\w-]*)?)( x\d{1,3})?\]\]/;
/** Directives whose requests are counted; beyond it the oldest is forgotten. */
const MAX_COUNTED = 1_000;

/** Decides which fault hits a request, and counts those that are limited. */
export class FaultPlan {
  readonly #planned: { readonly fault: Fault; used: number }[];
  readonly #seen = new Map<string, number>();

  constructor(faults: readonly Fault[]) {
    this.#planned = faults.map((fault) => ({ fault, used: 0 }));
  }

  /** Adds a fault while the server runs. */
  add(fault: Fault): void {
    this.#planned.push({ fault, used: 0 });
  }

  /** The fault for a request of `role`, or `undefined`. A limited fault is used up by it. */
  take(role: string, model: string, prompt: string): Fault | undefined {
    const suffix = NAMES.get(model.split("!", 2)[1] ?? "");
    if (suffix !== undefined) return { kind: suffix };
    const directive = this.#takeDirective(role, prompt);
    if (directive !== undefined) return directive;
    const planned = this.#planned.find(
      ({ fault, used }) =>
        (fault.role === undefined || fault.role === role) && (fault.times === undefined || used < fault.times),
    );
    if (planned === undefined) return undefined;
    planned.used += 1;
    return planned.fault;
  }

  #takeDirective(role: string, prompt: string): Fault | undefined {
    const match = DIRECTIVE.exec(prompt);
    const kind = NAMES.get(match?.[1] ?? "");
    if (match === null || kind === undefined) return undefined;
    const only = match[2]?.trim();
    if (only !== undefined && only !== "" && only !== role) return undefined;
    const times = match[3] === undefined ? undefined : Number(match[3].trim().slice(1));
    if (times === undefined) return { kind };
    // The task's words tell two tasks apart that hold the same directive.
    const key = `${role} ${prompt.slice(0, 2_000)}`;
    const used = this.#seen.get(key) ?? 0;
    if (used >= times) return undefined;
    this.#seen.set(key, used + 1);
    const oldest = this.#seen.size > MAX_COUNTED ? this.#seen.keys().next().value : undefined;
    if (oldest !== undefined) this.#seen.delete(oldest);
    return { kind };
  }
}
