import type { Usage } from "../contracts/record.ts";
import type { TroupeError } from "../errors.ts";
import type { HopId, TaskId } from "../ids.ts";
import type { ApprovalAnswer, ApprovalRequest } from "./approval.ts";
import type { Json } from "./outcome.ts";

/** How a step behaves when its result may have got lost. */
export interface StepOptions {
  /**
   * `repeat` (default): run again after a crash, with the same idempotency key. `once`: an intent record goes first; when its result is
   * missing on replay the effect is in doubt and the hop is parked with `effect_in_doubt`.
   */
  readonly effect?: "repeat" | "once";
  /**
   * Asked before anything is done: what it returns becomes the result in place of the effect's, and no intent is recorded. May be asked
   * again after a crash; with a recorded intent or result it is not.
   */
  readonly admit?: (scope: StepScope) => Promise<{ readonly instead: unknown } | undefined>;
  /**
   * How long the effect may be silent before the handler is taken for stuck: `firstMs` to the first sign of life (a token, `ctx.alive()`),
   * `gapMs` between two; without `gapMs` the effect as a whole has `firstMs`. Absent = the role's `stuckAfterMs`.
   */
  readonly stuckAfter?: { readonly firstMs: number; readonly gapMs?: number | undefined } | undefined;
  /** Model usage to record with the result. */
  readonly usage?: (value: unknown) => Usage | undefined;
}

/** What a step's function is given. */
export interface StepScope {
  /** `<task>/<hop>/<n>`: the same on every attempt; hand it to receivers that honour idempotency keys. */
  readonly idempotencyKey: string;
  /** Aborts when the task ends, the node drains past its limit, or the hop is lost to another executor. */
  readonly signal: AbortSignal;
}

/** A logger as handlers get it: bound to task, hop, role and node. */
export interface HandlerLog {
  debug(fields: Record<string, unknown> | string, text?: string): void;
  info(fields: Record<string, unknown> | string, text?: string): void;
  warn(fields: Record<string, unknown> | string, text?: string): void;
  error(fields: Record<string, unknown> | string, text?: string): void;
}

/** Durable state of this role in the task's session. Without a session it lives as long as the task. */
export interface StateAccess {
  /** The newest revision as this hop first saw it, the same on every replay; `undefined` when there is none. */
  get<T>(): Promise<T | undefined>;
  /** Applies a pure function to the newest revision; applied once however often the hop is replayed. Returns the new value. */
  update<T>(change: (value: T | undefined) => T): Promise<T>;
}

/** Who waits for how many: `all` fails on the first error, `any` and a quorum go on while they can be met. */
export type Need = "all" | "any" | { readonly quorum: number };

/** One answer of a join, in the order in which the join took them. */
export type JoinAnswer = { readonly from: string; readonly index: number; readonly value: Json };

/** A question to a role. */
export interface AskedCall<To extends string = string> {
  readonly to: To;
  readonly body: Json;
  /**
   * After so many ms without an answer the call fails with `deadline_exceeded`, and the called hop is ended. Durable: late without a
   * supervisor, never lost. Absent = no limit but the task's own.
   */
  readonly timeoutMs?: number | undefined;
}

/** What became of one of several calls; `from` is `timer` where the time was over. */
export type SettledAnswer = { readonly from: string; readonly index: number } & (
  | { readonly value: Json }
  | { readonly error: TroupeError }
);

/** What enters or leaves a role beside its messages. */
export type ScreenedPlace = "answer" | "toolArguments" | "toolResults";

/** What guardrails say of a content. `value` is what may be kept of it; where it is blocked, it must not be used. */
export interface ScreenedContent<T> {
  readonly verdict: "allow" | "redact" | "block";
  readonly value: T;
  /** The rules that fired; never what they found. */
  readonly rules: readonly string[];
}

/**
 * What a handler is given besides its message. Everything that is not pure goes through it, so that a replay sees the same.
 * `To` is the union of roles that may be called.
 */
export interface Context<To extends string = string> {
  readonly task: {
    readonly id: TaskId;
    readonly tenant: string;
    readonly session?: string | undefined;
    readonly turn?: number | undefined;
  };
  readonly role: string;
  readonly node: string;
  readonly hop: HopId;
  /** The role that sent the message, or `client`. */
  readonly from: string;
  /** Whether a reply is expected: a called hop may only `reply` or `fail`. */
  readonly isCalled: boolean;
  /** From 1; grows with failed attempts of the handler. */
  readonly attempt: number;
  /** Model alias that a person at the dead-letter desk chose for this hop, in place of the role's own. */
  readonly model?: string | undefined;
  /** Hops on the path so far. */
  readonly depth: number;
  /** Labels of all content from outside that this hop has seen so far. */
  readonly taint: readonly string[];
  /**
   * Whether the handler has been given values back that guardrails took out for others. They are put out of sight again in what it hands on,
   * asks, tells and logs; live text is not shown.
   */
  readonly isConfidential: boolean;
  /** Whether an escalation rule asks for other models than the first choice, for this run. */
  readonly prefersFallback: boolean;
  readonly log: HandlerLog;
  /** Aborts as {@link StepScope.signal} does. */
  readonly abortSignal: AbortSignal;

  /** Milliseconds until the task's deadline, `undefined` without one. */
  remainingMs(): number | undefined;
  /**
   * Runs an effect once and records its result, at most 64 MiB; on replay returns the recorded one. Steps are numbered in the order of the
   * calls.
   */
  step<T>(name: string, run: (scope: StepScope) => Promise<T> | T, options?: StepOptions): Promise<T>;
  /**
   * Labels everything that the hop hands on from here: messages, answers, state. Not recorded, so say it on every replay, after the effect
   * that brought the content in. Throws `invalid_request` for what is no label.
   */
  addTaint(labels: readonly string[]): void;
  /** Wall time in ms, recorded. */
  now(): Promise<number>;
  /** Uniform in [0, 1), recorded. */
  random(): Promise<number>;
  /** Durable progress event, seen by whoever watches the task. */
  emit(name: string, data: Json): Promise<void>;
  /**
   * Sends live text (model tokens) to whoever watches; may be lost, is not recorded. Under guardrails the last words wait until it is certain
   * that they may be shown. An empty text says that the text starts again from its beginning.
   */
  token(text: string): void;
  /**
   * The system's guardrails on a model's answer, or on arguments or a result of the tool `party`: messages, calls, answers and live text go
   * through them anyway. Ask inside the step that brings the content in, so that nothing is recorded that must not be kept; what fires is
   * in the audit.
   */
  screen<T extends Json>(place: ScreenedPlace, value: T, party?: string): Promise<ScreenedContent<T>>;
  /**
   * The second stage of the system's guardrails, a model, on a tool's result that {@link screen} has let through; `rules` fired there. A
   * recorded step of its own: ask after the step that brought the content in. Without a second stage it allows everything at once.
   */
  classify<T extends Json>(
    content: Pick<ScreenedContent<T>, "value" | "rules">,
    tool: string,
  ): Promise<ScreenedContent<T>>;
  /**
   * Asks a service of the node that runs this hop (budgets, cache, audit: what a host may not reach by itself). Not recorded: ask inside a
   * step, where it may be asked again after a crash. Throws the service's error, `unavailable` where there is no such service,
   * `overloaded` when too many questions are open, `outcome_unknown` without an answer in 60 s, `body_too_large`.
   */
  ask(service: string, body: Json): Promise<Json>;
  /** Says that the handler gets on, where neither a step nor a token shows it. Costs nothing. */
  alive(): void;
  /**
   * Asks a role and waits for its answer. The hop leaves memory meanwhile and continues on any node. Throws the callee's error;
   * `deadline_exceeded` when it does not answer within `timeoutMs`, as {@link AskedCall} says.
   */
  call(to: To, body: Json, options?: { readonly timeoutMs?: number }): Promise<Json>;
  /**
   * Asks several and waits for all, any or a quorum. Calls that the join was decided without are ended: their handlers are aborted, what
   * these have called goes on. The notice may be lost; then they run to their end, and nobody reads their answers.
   */
  all(calls: readonly AskedCall<To>[], need?: Need): Promise<readonly JoinAnswer[]>;
  /** Asks several and waits until each has answered; errors are values. In the order of the calls. */
  settle(calls: readonly AskedCall<To>[]): Promise<readonly SettledAnswer[]>;
  /** Waits `ms` durably: late without a supervisor, never lost. */
  sleep(ms: number): Promise<void>;
  /** Waits until somebody sends the named signal to the task; `undefined` when `timeoutMs` passes first. */
  signal(name: string, options?: { readonly timeoutMs?: number }): Promise<Json | undefined>;
  /**
   * Asks people to approve an act, and waits until enough of them have, one has not, or the time is over; the hop leaves memory meanwhile.
   * The first decision stands. Needs an edge to `human`; a time-out that escalates ends the hop, as `escalate` does. Throws `invalid_request`
   * for terms that are none, `body_too_large`.
   */
  approval(request: ApprovalRequest): Promise<ApprovalAnswer>;
  readonly state: StateAccess;
}
