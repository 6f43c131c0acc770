/**
 * Escalation rules in a hop (ADR 0030): asked when the handler has ended and before anything of its outcome leaves the hop, so that no role
 * can skip them. Each firing is a step of the hop, taken where the handler has none left: on a replay the recorded firing counts, whatever
 * the facts are by then.
 */
import type { Context } from "../actor/context.ts";
import { escalate, fail } from "../actor/outcome.ts";
import { RuleFiring, type RuleSeverity } from "../contracts/escalation-rules.ts";
import { messageOf } from "../errors.ts";
import type { CompiledRule, CompiledRules } from "../rules/compile-rules.ts";
import { renderMessage } from "../rules/message-template.ts";
import type { HopFacts } from "../rules/rule-facts.ts";
import type { Attempt } from "./attempt.ts";
import { hopFacts, type SeenOutcome } from "./hop-facts.ts";
import { actOf, trimmedContext } from "./rule-context.ts";

/** Names of the steps that are firings, before the handler runs and after it. */
const BEFORE = "rule-before:";
const AFTER = "rule:";

/** Runs a handler under the rules. Call as the attempt's handler: what ends the execution must not pass through the rules. */
export function ruledOutcome(
  attempt: Attempt,
  context: Context,
  rules: CompiledRules,
  { message, run }: { readonly message: unknown; readonly run: () => unknown },
): Promise<unknown> {
  const ruling = new Ruling(attempt, context, rules, message);
  const begun = ruling.begin();
  // Nothing is awaited in a hop in which no rule holds.
  return begun === undefined ? ruling.untilSettled(run) : begun.then(() => ruling.untilSettled(run));
}

class Ruling {
  readonly #attempt: Attempt;
  readonly #context: Context;
  readonly #rules: CompiledRules;
  readonly #message: unknown;
  /** Rules that have had their say in this hop. */
  #settled: readonly string[] = NONE;
  /** How often a rule has had the handler run again; made when one does, since in most hops none does. */
  #retries: Map<string, number> | undefined;

  constructor(attempt: Attempt, context: Context, rules: CompiledRules, message: unknown) {
    this.#attempt = attempt;
    this.#context = context;
    this.#rules = rules;
    this.#message = message;
  }

  /** Before the handler runs. Once it has begun it is too late: its own steps would no longer be where they were. */
  begin(): Promise<void> | undefined {
    const { journal, stepsTaken } = this.#attempt;
    const recorded = journal.steps.get(stepsTaken + 1);
    if (recorded === undefined ? hasBegun(this.#attempt) : !recorded.name.startsWith(BEFORE)) return undefined;
    const firing = this.#next(BEFORE, this.#rules.before);
    return firing && this.#preferFallback(firing);
  }

  async #preferFallback(firing: Promise<RuleFiring>): Promise<void> {
    const { rule } = await firing;
    this.#attempt.x.prefersFallback = true;
    this.#settle(rule);
  }

  /** Runs the handler, again where a rule asks for it, until its outcome may go on or is replaced. */
  async untilSettled(run: () => unknown): Promise<unknown> {
    let outcome = await run();
    for (;;) {
      const seen = seenOutcome(outcome);
      // What fails or escalates by itself is on its way to somebody already.
      if (seen === undefined) return outcome;
      const firing = this.#next(AFTER, this.#rules.after, seen);
      if (firing === undefined) return outcome;
      const verdict = await this.#apply(await firing, seen);
      if (verdict.kind === "replaced") return verdict.outcome;
      if (verdict.kind === "again") outcome = await run();
    }
  }

  /** The next firing: what the journal has in this place, else the first rule that holds. */
  #next(prefix: string, rules: readonly CompiledRule[], seen?: SeenOutcome): Promise<RuleFiring> | undefined {
    const { x, journal, stepsTaken } = this.#attempt;
    const recorded = journal.steps.get(stepsTaken + 1);
    if (recorded?.name.startsWith(prefix)) return this.#record(recorded.name, undefined);
    const facts = hopFacts(x, this.#message, seen);
    const rule = rules.find(
      (one) => !this.#settled.includes(one.name) && !this.#hasPassed(one) && one.holds(FACTS(facts)),
    );
    return rule && this.#record(`${prefix}${rule.name}`, () => this.#firing(rule, facts));
  }

  #hasPassed({ name, oncePerTask }: CompiledRule): boolean {
    const { x } = this.#attempt;
    return oncePerTask && x.tally.total(x.input.passport).passed.includes(name);
  }

  #firing({ name: rule, handler, severity, message }: CompiledRule, facts: HopFacts): RuleFiring {
    const text = renderMessage(message, FACTS(facts)).slice(0, 1_000);
    return { rule, handler, severity, message: text, context: trimmedContext(facts) };
  }

  /** Recorded, told to whoever watches, logged, and reported to the audit; on a replay the recorded one as it is. */
  async #record(step: string, make: (() => RuleFiring) | undefined): Promise<RuleFiring> {
    const context = this.#context;
    const firing = RuleFiring.parse(
      await context.step(step, async () => {
        const made = make?.();
        if (made !== undefined) await this.#report(made);
        return made;
      }),
    );
    const { rule, handler, severity, message } = firing;
    await context.emit("escalation", { rule, handler, severity, message });
    return firing;
  }

  async #report({ rule, handler, severity, message, context: facts }: RuleFiring): Promise<void> {
    this.#context.log[LEVEL_OF[severity]]({ rule, handler, severity, facts }, message);
    try {
      await this.#context.ask("audit", { event: "rule_fired", rule, handler, severity, reason: message });
    } catch (error) {
      // The journal has it; the audit may be away, and there is none where there is no node.
      this.#context.log.warn({ rule, reason: messageOf(error) }, "a rule's firing was not told to the audit");
    }
  }

  // oxlint-disable-next-line typescript/consistent-return -- every case returns, and the compiler knows it
  async #apply(firing: RuleFiring, seen: SeenOutcome): Promise<Verdict> {
    const { rule, handler, severity, message } = firing;
    switch (handler) {
      case "abort":
        return replaced(fail({ code: "aborted_by_rule", message, details: { rule, severity } }));
      case "retry": {
        this.#retries ??= new Map();
        const retries = (this.#retries.get(rule) ?? 0) + 1;
        this.#retries.set(rule, retries);
        return retries <= this.#retriesOf(rule) ? AGAIN : this.#askPerson(firing, seen);
      }
      case "fallback": {
        this.#settle(rule);
        const { x } = this.#attempt;
        if (x.prefersFallback) return GOES_ON;
        x.prefersFallback = true;
        return AGAIN;
      }
      case "human":
        return this.#askPerson(firing, seen);
    }
  }

  #settle(rule: string): void {
    this.#settled = [...this.#settled, rule];
  }

  #retriesOf(rule: string): number {
    return this.#rules.after.find(({ name }) => name === rule)?.retries ?? 0;
  }

  /** A person decides on this very outcome; where none can be asked, the escalation role takes the task. */
  async #askPerson({ rule, message }: RuleFiring, seen: SeenOutcome): Promise<Verdict> {
    const { x } = this.#attempt;
    const { targets, escalation, role } = x.role;
    this.#settle(rule);
    if (!targets.has("human")) {
      x.tally.pass(rule);
      // There is nobody beyond the escalation role: what it says goes on, with the firing on record.
      return role === escalation ? GOES_ON : replaced(escalate(message));
    }
    const answer = await this.#context.approval({ act: actOf(rule, role, seen), summary: message });
    if (answer.isApproved) {
      x.tally.pass(rule);
      return GOES_ON;
    }
    const code = answer.why === "expired" ? "approval_expired" : "approval_denied";
    const because = answer.reason === undefined ? "" : `: ${answer.reason}`;
    return replaced(fail({ code, message: `${message}; ${answer.why}${because}`, details: { rule } }));
  }
}

/** Whether the handler has left anything in the journal; what guardrails record of its message comes before it. */
const hasBegun = ({ journal: { steps, begins, emits, waits }, stepsTaken, emitsTaken }: Attempt): boolean =>
  waits.size > 0 || begins.size > 0 || reachesBeyond(steps, stepsTaken) || reachesBeyond(emits, emitsTaken);

const reachesBeyond = (recorded: ReadonlyMap<number, unknown>, taken: number): boolean =>
  [...recorded.keys()].some((number) => number > taken);

type Verdict = { readonly kind: "goes_on" | "again" } | { readonly kind: "replaced"; readonly outcome: unknown };
const GOES_ON: Verdict = { kind: "goes_on" };
const AGAIN: Verdict = { kind: "again" };
const replaced = (outcome: unknown): Verdict => ({ kind: "replaced", outcome });

const LEVEL_OF: Readonly<Record<RuleSeverity, "info" | "warn" | "error">> = {
  info: "info",
  warning: "warn",
  error: "error",
  critical: "error",
};

/** Facts by name, as conditions read them. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same object, its names as text
const FACTS = (facts: HopFacts) => facts as unknown as Readonly<Record<string, unknown>>;

const NONE: readonly string[] = [];

const JUDGED = new Set(["forward", "fan_out", "reply", "complete"]);

/** What rules judge; `undefined` for a failure, an escalation, and what is no outcome at all. */
function seenOutcome(outcome: unknown): SeenOutcome | undefined {
  if (typeof outcome !== "object" || outcome === null || !("outcome" in outcome)) return undefined;
  const { outcome: kind } = outcome;
  if (typeof kind !== "string" || !JUDGED.has(kind)) return undefined;
  if (kind === "fan_out") return { outcome: kind, body: "messages" in outcome ? outcome.messages : undefined };
  const to = "to" in outcome && typeof outcome.to === "string" ? outcome.to : undefined;
  return { outcome: kind, to, body: "body" in outcome ? outcome.body : undefined };
}
