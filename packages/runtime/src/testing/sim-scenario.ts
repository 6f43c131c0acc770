/** Scenarios of the simulation: real handlers over the product's own context, with every effect in the scheduler's hands. */
import type { Outcome } from "../actor/outcome.ts";
import type { HopContext } from "../hop/context.ts";
import type { Answer, Asked } from "../hop/wait.ts";

/** What a scenario's handler is given: short forms of the context, which the invariants watch. */
export interface ScenarioContext {
  readonly context: HopContext;
  /** A journaled effect; its value is unique to the run of the effect. */
  step(name: string): Promise<number>;
  /** One that must not be repeated. */
  once(name: string): Promise<number>;
  /** Waits; an answer reads `<value>@<writer>`. `need` = all, unless said otherwise. */
  call(asked: readonly Asked[], need?: number): Promise<readonly string[]>;
  /** Adds one to the role's durable state. */
  update(): Promise<void>;
}

export type Handler = (context: ScenarioContext, body: ScenarioBody) => Promise<Outcome> | Outcome;
/** `n` tells a role that addresses itself how deep it is. */
export interface ScenarioBody {
  readonly n?: number;
}

export interface Scenario {
  readonly roles: Readonly<Record<string, Handler>>;
  /** Where the dead go; without it their task fails. */
  readonly escalation?: string;
  /** A gateway cancels the first task at some moment. */
  readonly isCancelled?: boolean;
  /** How many tasks; 1 by default. */
  readonly tasks?: number;
  /** Tasks of one session, one after another. */
  readonly hasTurns?: boolean;
  /** Updates that the state must have seen in the end. */
  readonly updates?: number;
  /** Dead executors of a message before it is parked matter here: whoever crashed is reported dead. */
  readonly reportsDead?: boolean;
}

export const ask = (to: string, n?: number): Asked => ({ type: "call", to, body: n === undefined ? {} : { n } });
export const timer: Asked = { type: "timer", afterMs: 5 };
export const human: Asked = { type: "approval", hash: "0".repeat(64), afterMs: 5 };

/** An answer as scenarios see it. */
export function answerText({ from, result }: Answer): string {
  return "error" in result ? `error@${from}` : `${JSON.stringify(result.value)}@${from}`;
}
