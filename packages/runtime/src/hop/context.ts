/** What a handler is given: the authors' {@link Context} over one attempt. */

import type { ApprovalAnswer, ApprovalRequest } from "../actor/approval.ts";
import type {
  AskedCall,
  Context,
  HandlerLog,
  JoinAnswer,
  Need,
  ScreenedContent,
  ScreenedPlace,
  SettledAnswer,
  StateAccess,
  StepOptions,
  StepScope,
} from "../actor/context.ts";
import { notOffered } from "../actor/not-offered.ts";
import type { Json } from "../actor/outcome.ts";
import { TaintLabels } from "../contracts/tool.ts";
import { traceFields } from "../contracts/trace-context.ts";
import { TroupeError } from "../errors.ts";
import { screenJson } from "../guardrails/screen-json.ts";
import { verdictOf } from "../guardrails/verdict.ts";
import { askApproval } from "./approval.ts";
import type { Attempt } from "./attempt.ts";
import { type Candidate, classified, classifierStep, requireClassified } from "./classified.ts";
import { requireApproved } from "./edge-approvals.ts";
import { emitEvent, runStep } from "./effects.ts";
import { guardedAnswers, guardedCalls, screenedBeside } from "./guarded.ts";
import { GuardedTokens } from "./guarded-tokens.ts";
import { HopState } from "./state.ts";
import {
  type Answer,
  type Asked,
  joinAnswers,
  neededOf,
  place,
  settledAnswers,
  type WaitNeed,
  waitFor,
} from "./wait.ts";

export class HopContext implements Context {
  readonly #attempt: Attempt;
  readonly #tokens: GuardedTokens | undefined;
  #log: HandlerLog | undefined;
  #state: StateAccess | undefined;

  constructor(attempt: Attempt) {
    this.#attempt = attempt;
    const { guard } = attempt.x.role;
    if (guard === undefined) return;
    const screen = guard.output("client");
    // What a model is to be asked about as a whole cannot be shown as it comes.
    const show = screen.classified === undefined ? (text: string) => this.#show(text) : () => undefined;
    this.#tokens = new GuardedTokens(screen, show);
  }

  get task(): Context["task"] {
    const { tenant, session, turn } = this.#attempt.x.input.passport;
    return { id: this.#attempt.x.place.task, tenant, session, turn };
  }
  get role(): string {
    return this.#attempt.x.role.role;
  }
  get node(): string {
    return this.#attempt.x.role.node;
  }
  get hop(): Context["hop"] {
    return this.#attempt.x.place.hop;
  }
  get from(): string {
    return this.#attempt.x.input.from;
  }
  get isCalled(): boolean {
    return this.#attempt.x.isCalled;
  }
  get attempt(): number {
    return this.#attempt.journal.failuresOfSegment + 1;
  }
  get model(): string | undefined {
    const { from, record } = this.#attempt.x.input;
    return from === "supervisor" ? record.header?.model : undefined;
  }
  get depth(): number {
    return this.#attempt.x.input.passport.depth;
  }
  get taint(): readonly string[] {
    return this.#attempt.x.taint;
  }
  get isConfidential(): boolean {
    return this.#attempt.x.taken?.isOpen === true;
  }
  get prefersFallback(): boolean {
    return this.#attempt.x.prefersFallback;
  }
  get log(): HandlerLog {
    const { task, hop, role, node } = this;
    const { ports, trace } = this.#attempt.x;
    if (this.#log !== undefined) return this.#log;
    const log = ports.logger.child({ task: task.id, hop, role, node, ...traceFields(trace) });
    this.#log = this.#attempt.x.taken === undefined ? log : hidingLog(log, (said) => this.#attempt.x.hide(said));
    return this.#log;
  }
  get abortSignal(): AbortSignal {
    return this.#attempt.signal;
  }
  get state(): StateAccess {
    return (this.#state ??= new HopState(this.#attempt));
  }

  remainingMs(): number | undefined {
    return this.#attempt.x.remainingMs();
  }

  async step<T>(name: string, run: (scope: StepScope) => Promise<T> | T, options?: StepOptions): Promise<T> {
    const attempt = this.#attempt;
    const number = attempt.nextStep();
    const { progress, ports } = attempt.x;
    progress.sign();
    this.#tokens?.end();
    const limits = options?.stuckAfter;
    const watched: typeof run = limits
      ? (scope) => progress.watch(name, limits, ports.clock.monotonicMs(), () => run(scope))
      : run;
    const effect = attempt.guard(() => runStep(attempt, number, name, watched, options));
    attempt.track(effect);
    return effect;
  }

  addTaint(labels: readonly string[]): void {
    const parsed = TaintLabels.safeParse(labels);
    if (!parsed.success) throw new TroupeError("invalid_request", `no labels: ${JSON.stringify(labels).slice(0, 200)}`);
    this.#attempt.x.addTaint(parsed.data);
  }

  async now(): Promise<number> {
    return this.step("now", () => this.#attempt.x.ports.clock.nowMs());
  }

  async random(): Promise<number> {
    return this.step("random", () => this.#attempt.x.ports.random.unit());
  }

  async emit(name: string, data: Json): Promise<void> {
    const attempt = this.#attempt;
    const number = attempt.nextEmit();
    const { guard } = attempt.x.role;
    const shown = guard === undefined ? data : screenJson(attempt.x.hide(data), guard.output("client")).value;
    await attempt.guard(() => emitEvent(attempt, number, name, shown));
  }

  alive(): void {
    this.#attempt.x.progress.sign();
  }

  token(text: string): void {
    if (!this.#attempt.isOpen) return;
    this.alive();
    // A value may be cut anywhere: who has been given some back shows no live text.
    if (this.isConfidential) return;
    if (this.#tokens === undefined) this.#show(text);
    else this.#tokens.push(text);
  }

  /** The handler has ended: what of its live text is still held back goes out. */
  endTokens(): void {
    this.#tokens?.end();
  }

  #show(text: string): void {
    if (text === "") return;
    const { task, hop, role } = this.#attempt.x.place;
    this.#attempt.x.ports.token(task, hop, role, text);
  }

  async screen<T extends Json>(where: ScreenedPlace, value: T, party = ""): Promise<ScreenedContent<T>> {
    const { guard } = this.#attempt.x.role;
    if (guard === undefined) return { verdict: "allow", value, rules: [] };
    return this.#attempt.guard(() => screenedBeside(this.#attempt.x, guard, where, value, party));
  }

  async classify<T extends Json>(
    { value, rules }: Pick<ScreenedContent<T>, "value" | "rules">,
    party: string,
  ): Promise<ScreenedContent<T>> {
    const attempt = this.#attempt;
    const { guard } = attempt.x.role;
    if (guard?.classifier === undefined) return { verdict: "allow", value, rules: [] };
    const screen = guard.toolResults;
    const candidate: Candidate = { screen, value, fired: rules, passing: { place: "toolResults", party } };
    const [firing] = await classified(attempt, guard.classifier, attempt.nextStep(), [candidate]);
    if (firing === undefined) return { verdict: "allow", value, rules: [] };
    return { verdict: verdictOf([firing]), value, rules: [firing.rule] };
  }

  async ask(service: string, body: Json): Promise<Json> {
    const attempt = this.#attempt;
    const { askNode } = attempt.x.ports;
    // Sent also when the hop has ended: what it holds at its node is then given back. The answer reaches nobody.
    const said = service === "audit" ? attempt.x.hide(body) : body;
    const asked = askNode === undefined ? Promise.reject(notOffered(service)) : askNode(this.task.id, service, said);
    asked.catch(() => undefined);
    return attempt.guard(() => asked);
  }

  async call(to: string, body: Json, options: { readonly timeoutMs?: number } = {}): Promise<Json> {
    const approved = this.#approveCalls([{ to, body }]);
    if (approved !== undefined) await approved;
    const [answer] = joinAnswers(await this.join([askedCall({ to, body, ...options })], 1), 1);
    return answer?.value ?? null;
  }

  async all(calls: readonly AskedCall[], need: Need = "all"): Promise<readonly JoinAnswer[]> {
    if (calls.length === 0 && need === "all") return [];
    const needed = neededOf(need, calls.length);
    const approved = this.#approveCalls(calls);
    if (approved !== undefined) await approved;
    return joinAnswers(await this.join(calls.map(askedCall), needed), needed);
  }

  async settle(calls: readonly AskedCall[]): Promise<readonly SettledAnswer[]> {
    if (calls.length === 0) return [];
    const approved = this.#approveCalls(calls);
    if (approved !== undefined) await approved;
    return settledAnswers(await this.join(calls.map(askedCall), "settled"));
  }

  async sleep(ms: number): Promise<void> {
    joinAnswers(await this.join([{ type: "timer", afterMs: Math.max(0, Math.ceil(ms)) }], 1), 1);
  }

  async signal(name: string, { timeoutMs }: { readonly timeoutMs?: number } = {}): Promise<Json | undefined> {
    const asked: Asked =
      timeoutMs === undefined ? { type: "signal", name } : { type: "signal", name, afterMs: Math.ceil(timeoutMs) };
    const [answer] = joinAnswers(await this.join([asked], 1), 1);
    return answer?.from === "timer" ? undefined : answer?.value;
  }

  async approval(request: ApprovalRequest): Promise<ApprovalAnswer> {
    const attempt = this.#attempt;
    const wait = attempt.nextWait();
    return attempt.guard(() => askApproval(attempt, wait, attempt.x.hide(request)));
  }

  /** Nothing is awaited where no edge needs a person: a call takes its place in the order in which handlers make them. */
  #approveCalls(calls: readonly { readonly to: string; readonly body: Json }[]): Promise<void> | undefined {
    const { role, edgeApprovals } = this.#attempt.x.role;
    return edgeApprovals && requireApproved(role, calls, edgeApprovals, (request) => this.approval(request));
  }

  /** Every kind of waiting: returns what the join took, in the order in which it took it. */
  async join(asked: readonly Asked[], need: WaitNeed): Promise<readonly Answer[]> {
    const attempt = this.#attempt;
    const wait = attempt.nextWait();
    const { guard } = attempt.x.role;
    if (guard === undefined) return attempt.guard(async () => waitFor(attempt, wait, place(attempt, asked), need));
    const guarded = guardedCalls(attempt, guard, attempt.x.hide(asked));
    const [callsStep, answersStep] = [classifierStep(attempt, guard), classifierStep(attempt, guard)];
    return attempt.guard(async () => {
      const placed = place(attempt, guarded.asked);
      await guarded.told;
      await requireClassified(attempt, guard, callsStep, guarded.candidates, "what it asks another role");
      return guardedAnswers(attempt, guard, await waitFor(attempt, wait, placed, need), answersStep);
    });
  }
}

/** A log that is told no value that the handler was given back. */
function hidingLog(log: HandlerLog, hide: <T>(said: T) => T): HandlerLog {
  const hiding = (level: keyof HandlerLog) => (fields: Record<string, unknown> | string, text?: string) =>
    log[level](hide(fields), hide(text));
  return { debug: hiding("debug"), info: hiding("info"), warn: hiding("warn"), error: hiding("error") };
}

function askedCall({ to, body, timeoutMs }: AskedCall): Asked {
  if (timeoutMs === undefined) return { type: "call", to, body };
  if (!Number.isFinite(timeoutMs) || timeoutMs < 0) {
    throw new TroupeError("invalid_request", `${timeoutMs} is no time-out: a number of milliseconds from 0`);
  }
  return { type: "call", to, body, afterMs: Math.ceil(timeoutMs) };
}
