/**
 * Guardrails as interceptors of a hop: what comes in is looked at before the handler sees it, what goes out before it is stored, so no
 * behaviour can skip them. They are pure, so a replay comes to the same; what fired is an event of the hop and an entry in the audit, by rule
 * and never with the value.
 */
import type { ScreenedContent, ScreenedPlace } from "../actor/context.ts";
import type { Json } from "../actor/outcome.ts";
import type { ErrorBody } from "../errors.ts";
import type { Guard } from "../guardrails/guard.ts";
import { screenJson } from "../guardrails/screen-json.ts";
import { type Screen, screenText, type TakeOut } from "../guardrails/screen-text.ts";
import type { Firing, Verdict } from "../guardrails/verdict.ts";
import type { Attempt } from "./attempt.ts";
import { jsonText } from "./body.ts";
import { type Candidate, classified } from "./classified.ts";
import type { Plan } from "./commit.ts";
import { emitEvent } from "./effects.ts";
import type { Execution } from "./execution.ts";
import { storedError } from "./failure.ts";
import { blockedBy, blockedError, type Passing, report } from "./guardrail-report.ts";
import { orGivenBack } from "./sealed-body.ts";
import type { Answer, Asked } from "./wait.ts";

/** Name of the hop's events that say what fired. */
export const GUARDRAIL_EVENT = "guardrail";

/** Who a message counts as coming from: what people and the supervisor pass on is a client's, or as good as. */
export const partyOf = (from: string): string => (from === "supervisor" || from === "human" ? "client" : from);

/** Content that was looked at. `told` resolves when what fired is on record; it must be awaited before the hop goes on. */
export interface Passed<T> extends Verdict<T> {
  readonly told: Promise<void>;
}

/**
 * Looks at a JSON value. Takes the number of its event at once, if there is one to be, so that it is the same on every replay: call it in the
 * same place of every run.
 */
export function pass<T extends Json>(
  attempt: Attempt,
  screen: Screen,
  value: T,
  passing: Passing,
  takeOut?: TakeOut,
): Passed<T> {
  const verdict = screenJson(value, screen, takeOut);
  for (const { rule, action } of verdict.firings) if (action === "allow") attempt.x.noteDetected(rule);
  const told = verdict.firings.length === 0 ? DONE : tell(attempt, attempt.nextEmit(), verdict, passing);
  // Where the attempt ends first, nobody waits for it any more.
  told.catch(() => undefined);
  return { ...verdict, told };
}

const DONE: Promise<void> = Promise.resolve();

async function tell(attempt: Attempt, number: number, verdict: Verdict<Json>, passing: Passing): Promise<void> {
  const { firings } = verdict;
  if (!attempt.journal.emits.has(number)) await report(attempt.x, verdict.verdict, firings, passing);
  const rules = firings.map(({ rule, action, severity, count }) => ({ rule, action, severity, count }));
  await emitEvent(attempt, number, GUARDRAIL_EVENT, { verdict: verdict.verdict, ...passing, rules });
}

/** A message after the rules: what is left of it, which of them fired, and why nothing of it may be seen, if nothing may. */
export interface GuardedInput {
  readonly body: Json;
  readonly fired: readonly string[];
  readonly blocked?: ErrorBody;
}

/** What of a message the handler may see; `blocked` says why it may see nothing, with what is left of the message. */
export async function guardedInput(attempt: Attempt, guard: Guard, body: unknown): Promise<GuardedInput> {
  const { from } = attempt.x.input;
  const party = partyOf(from);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a message's body was decoded from JSON
  const content = body as Json;
  const passing = { place: "input", party: from } as const;
  const { taken } = attempt.x;
  const { verdict, value, firings, told } = pass(attempt, guard.input(party), content, passing, taken?.takeOut);
  await told;
  if (taken !== undefined) await orGivenBack(taken.seal());
  const guarded = { body: value, fired: rulesIn(firings) };
  return verdict === "block" ? { ...guarded, blocked: blockedBy(firings, `the message from ${from}`) } : guarded;
}

const rulesIn = (firings: readonly Firing[]): readonly string[] => firings.map(({ rule }) => rule);

/** What of the answers a join took the handler may see. One that is blocked is an error to it. `number` = the step of the second stage. */
export async function guardedAnswers(
  attempt: Attempt,
  guard: Guard,
  answers: readonly Answer[],
  number: number | undefined,
): Promise<readonly Answer[]> {
  const { taken } = attempt.x;
  const looked = answers.map((answer) => {
    const { from, result } = answer;
    const screen = guard.input(partyOf(from));
    const passing = { place: "input", party: from } as const;
    if ("error" in result)
      return { answer: { ...answer, result: { error: guardedError(screen, result.error) } }, told: DONE };
    const { verdict, value, firings, told } = pass(attempt, screen, result.value, passing, taken?.takeOut);
    if (verdict === "block") return { answer: blockedAnswer(answer, firings), told };
    const candidate: Candidate = { screen, value, fired: rulesIn(firings), passing };
    return { answer: { ...answer, result: { value } }, told, candidate };
  });
  for (const { told } of looked) await told;
  if (taken !== undefined) await orGivenBack(taken.seal());
  const candidates = looked.flatMap(({ candidate }) => candidate ?? []);
  const firings = await classified(attempt, guard.classifier, number, candidates);
  const passed = looked.map(({ answer, candidate }) => {
    const firing = candidate && firings[candidates.indexOf(candidate)];
    return firing?.action === "block" ? blockedAnswer(answer, [firing]) : answer;
  });
  return Promise.all(passed.map((answer) => answerGivenBack(attempt, guard, answer)));
}

/** A body with the values that the role may see. Gives the message back while a key is not here. */
export async function givenBack(attempt: Attempt, guard: Guard, body: Json): Promise<Json> {
  const { taken } = attempt.x;
  return taken === undefined || !guard.isGivenBack ? body : orGivenBack(taken.giveBack(body));
}

async function answerGivenBack(attempt: Attempt, guard: Guard, answer: Answer): Promise<Answer> {
  if ("error" in answer.result) return answer;
  return { ...answer, result: { value: await givenBack(attempt, guard, answer.result.value) } };
}

const blockedAnswer = (answer: Answer, firings: readonly Firing[]): Answer => ({
  ...answer,
  result: { error: storedError(blockedBy(firings, `the answer of ${answer.from}`)) },
});

/** Calls after the rules. `told` throws `guardrail_blocked` where they block one; the second stage may be asked about what they let through. */
export interface GuardedCalls {
  readonly asked: readonly Asked[];
  readonly told: Promise<void>;
  readonly candidates: readonly Candidate[];
}

/** What may be asked of others; numbers are taken at once. */
export function guardedCalls(attempt: Attempt, guard: Guard, asked: readonly Asked[]): GuardedCalls {
  const reports: Promise<void>[] = [];
  const blocked: Firing[] = [];
  const candidates: Candidate[] = [];
  const calls = asked.map((one): Asked => {
    if (one.type !== "call") return one;
    const screen = guard.output(one.to);
    const passing = { place: "output", party: one.to } as const;
    const { verdict, value, firings, told } = pass(attempt, screen, one.body, passing);
    reports.push(told);
    if (verdict === "block") blocked.push(...firings);
    else candidates.push({ screen, value, fired: rulesIn(firings), passing });
    return { ...one, body: value };
  });
  const told = toldUnlessBlocked(reports, blocked);
  told.catch(() => undefined);
  return { asked: calls, told, candidates };
}

async function toldUnlessBlocked(reports: readonly Promise<void>[], blocked: readonly Firing[]): Promise<void> {
  for (const one of reports) await one;
  if (blocked.length > 0) throw blockedError(blocked, "what it asks another role");
}

/** Content that enters or leaves beside messages, inside of a step: it has no event of its own, the step is its record. */
export async function screenedBeside<T extends Json>(
  x: Execution,
  guard: Guard,
  place: ScreenedPlace,
  value: T,
  party: string,
): Promise<ScreenedContent<T>> {
  const screen = place === "answer" ? guard.answer : guard[place];
  const verdict = screenJson(value, screen);
  if (verdict.firings.length > 0)
    await report(x, verdict.verdict, verdict.firings, { place: place === "answer" ? "output" : place, party });
  return { verdict: verdict.verdict, value: verdict.value, rules: rulesIn(verdict.firings) };
}

/** What of a plan the second stage may be asked about: each message that it would store, as the rules leave it. */
export function candidatesIn(attempt: Attempt, guard: Guard, plan: Plan): readonly Candidate[] {
  if (plan.kind === "dead") return [];
  const messages = plan.kind === "fan" ? plan.messages : [{ to: receiverOf(attempt, plan), json: plan.json }];
  return messages.flatMap(({ to, json }): readonly Candidate[] => {
    const screen = guard.output(to);
    if (screen.classified === undefined) return [];
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the plan's own text of a JSON value
    const { verdict, value, firings } = screenJson(JSON.parse(json) as Json, screen);
    // What the rules block is blocked without asking.
    if (verdict === "block") return [];
    return [{ screen, value, fired: rulesIn(firings), passing: { place: "output", party: to } }];
  });
}

/** The plan with what may be stored of it, or why nothing may. */
export async function guardedPlan(
  attempt: Attempt,
  guard: Guard,
  plan: Plan,
): Promise<{ readonly plan: Plan; readonly blocked?: ErrorBody }> {
  if (plan.kind === "dead") return { plan: { ...plan, error: guardedError(guard.output("client"), plan.error) } };
  if (plan.kind === "fan") {
    const messages = plan.messages.map(({ to, json }) => ({ to, ...guardedText(attempt, guard.output(to), json, to) }));
    for (const { told } of messages) await told;
    const blocked = messages.flatMap(({ verdict, firings }) => (verdict === "block" ? firings : []));
    const kept = { ...plan, messages: messages.map(({ to, value }) => ({ to, json: value })) };
    return blocked.length > 0 ? { plan: kept, blocked: blockedBy(blocked, "its messages") } : { plan: kept };
  }
  const to = receiverOf(attempt, plan);
  const { verdict, value, firings, told } = guardedText(attempt, guard.output(to), plan.json, to);
  await told;
  const kept = { ...plan, json: value };
  return verdict === "block" ? { plan: kept, blocked: blockedBy(firings, `its message to ${to}`) } : { plan: kept };
}

function receiverOf(attempt: Attempt, plan: Exclude<Plan, { kind: "dead" | "fan" }>): string {
  if (plan.kind === "send") return plan.to;
  return plan.kind === "done" ? "client" : attempt.x.input.from;
}

function guardedText(attempt: Attempt, screen: Screen, json: string, party: string): Passed<string> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the plan's own text of a JSON value
  const value = JSON.parse(json) as Json;
  const passed = pass(attempt, screen, value, { place: "output", party });
  return {
    ...passed,
    value: passed.value === value ? json : jsonText(passed.value, "the message", Number.MAX_SAFE_INTEGER),
  };
}

/** An error with everything taken out that the screen finds: errors are told, never blocked. */
export function guardedError<E extends { readonly message: string; readonly details?: unknown }>(
  screen: Screen,
  error: E,
): E {
  const message = screenText(error.message, screen).value;
  if (error.details === undefined) return { ...error, message };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- details are JSON where they come from the log, else they are left out
  const details = screenJson(plainJson(error.details), screen).value;
  return { ...error, message, details };
}

function plainJson(value: unknown): Json {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON.parse makes
    return JSON.parse(JSON.stringify(value)) as Json;
  } catch {
    return {}; // no JSON: the message has to do, as where errors are stored
  }
}
