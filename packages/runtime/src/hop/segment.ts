/** One segment of a hop: check the message, run the handler, commit what came of it. */

import { z } from "zod";
import { escalate, type Json } from "../actor/outcome.ts";
import { decodeBody } from "../codec/body.ts";
import { EscalationBody } from "../contracts/bodies.ts";
import { INLINE_BODY_BYTES, MAX_BODY_BYTES } from "../contracts/task.ts";
import type { ErrorBody } from "../errors.ts";
import { TroupeError } from "../errors.ts";
import type { Guard } from "../guardrails/guard.ts";
import { hopId } from "../ids.ts";
import { retryDelayMs } from "../supervision/backoff.ts";
import { Attempt } from "./attempt.ts";
import { bytesOf, firstIssue } from "./body.ts";
import { type Candidate, classifierStep, requireClassified } from "./classified.ts";
import { type CommitFacts, type Plan, planCommit } from "./commit.ts";
import { completeOutputs } from "./complete.ts";
import { HopContext } from "./context.ts";
import { approvedOutcome } from "./edge-approvals.ts";
import type { Execution } from "./execution.ts";
import { failureOf, mayRetry, storedError } from "./failure.ts";
import {
  candidatesIn,
  type GuardedInput,
  givenBack,
  guardedError,
  guardedInput,
  guardedPlan,
  partyOf,
} from "./guarded.ts";
import type { HopEnd } from "./hop-end.ts";
import { carriedPlan, resolveBody } from "./large-body.ts";
import { childPassport, replyPassport } from "./outputs.ts";
import { received } from "./received.ts";
import type { Journal } from "./replay.ts";
import { ruledOutcome } from "./ruled-outcome.ts";
import { sealedPlan, unsealed } from "./sealed-body.ts";
import { Ended, Park, park } from "./signals.ts";
import { labelsOf, requireAccepted } from "./taint.ts";
import { HopTally } from "./tally.ts";
import { isLoop } from "./trail.ts";
import type { HopWriter } from "./writer.ts";

/** Stands for a message of which a model says that nothing may pass: it does not say where in it. */
const BLOCKED_MESSAGE = "[REDACTED_CONTENT]";

/** Runs the segment to its commit, its wait, its failed attempt, or a signal of the protocol. */
export async function runSegment(x: Execution, writer: HopWriter, journal: Journal): Promise<HopEnd> {
  const attempt = new Attempt(x, writer, journal);
  const read = readInput(x);
  const body: unknown = read instanceof Promise ? await read : read;
  const { guard } = x.role;
  const guarded = guard === undefined ? undefined : await guardedInput(attempt, guard, body);
  if (guard !== undefined && guarded?.blocked !== undefined) {
    return commit(attempt, planOfBlocked(x, guard, guarded.blocked, guarded.body));
  }
  const { given, message } =
    guard === undefined || guarded === undefined ? seenAsIs(x, body) : await seenGuarded(attempt, guard, guarded);
  x.attempt = attempt;
  const context = new HopContext(attempt);
  x.tally = new HopTally(journal);
  x.prefersFallback = false;
  const run = handlerOf(attempt, context, message, () => received(x, context, given));
  const input = guard?.classifier === undefined ? undefined : guarded;
  let hasPassed = input === undefined;
  const passed = () => {
    hasPassed = true;
    return run();
  };
  const result = await attempt.run(input === undefined ? run : () => classifiedRun(attempt, input, message, passed));
  x.attempt = undefined;
  context.endTokens();
  if (result.kind === "threw") {
    const { thrown } = result;
    if (guard === undefined || !TroupeError.is(thrown, "guardrail_blocked"))
      return failAttempt(x, writer, journal, thrown);
    return commit(attempt, planOfBlocked(x, guard, thrown.toBody(), hasPassed ? message : BLOCKED_MESSAGE));
  }
  const plan = planCommit(result.outcome, factsOf(x, message));
  const end = await (guard === undefined ? commit(attempt, plan) : commitGuarded(attempt, guard, plan, message));
  return end;
}

/** What the decision on an outcome depends on. */
function factsOf(x: Execution, message: Json): CommitFacts {
  return {
    role: x.role.role,
    isCalled: x.isCalled,
    targets: x.role.targets,
    escalation: x.role.escalation,
    isRevoked: x.ports.isRevoked,
    maxBodyBytes: x.ports.largeBodies === undefined ? INLINE_BODY_BYTES : MAX_BODY_BYTES,
    message,
  };
}

/** What becomes of a hop whose content is blocked, as the system says: a dead letter, or its escalation role's. `message` has been redacted. */
function planOfBlocked(x: Execution, { onBlock }: Guard, error: ErrorBody, message: Json): Plan {
  if (onBlock === "fail") return { kind: "dead", error, isEscalated: false };
  return planCommit(escalate(error.message), factsOf(x, message));
}

async function commitGuarded(attempt: Attempt, guard: Guard, plan: Plan, message: Json): Promise<HopEnd> {
  const { plan: kept, blocked } = await guardedPlan(attempt, guard, plan);
  return commit(attempt, blocked === undefined ? kept : planOfBlocked(attempt.x, guard, blocked, message));
}

/** The handler between the second stages of its guardrails: on what it is to see, and on what it would commit. */
async function classifiedRun(
  attempt: Attempt,
  { body, fired }: GuardedInput,
  message: Json,
  run: () => unknown,
): Promise<unknown> {
  const { guard } = attempt.x.role;
  if (guard === undefined) return run();
  const { from } = attempt.x.input;
  const passing = { place: "input", party: from } as const;
  const given: Candidate = { screen: guard.input(partyOf(from)), value: body, fired, passing };
  await requireClassified(attempt, guard, classifierStep(attempt, guard), [given], `the message from ${from}`);
  const outcome = await run();
  const sent = candidatesIn(attempt, guard, planCommit(outcome, factsOf(attempt.x, message)));
  await requireClassified(attempt, guard, classifierStep(attempt, guard), sent, "what it hands on");
  return outcome;
}

/** What the handler is given, and what everything else in the hop is shown of it: values that only the role may see stay hidden there. */
interface Seen {
  readonly given: Json;
  readonly message: Json;
}

function seenAsIs(x: Execution, body: unknown): Seen {
  const given = acceptMessage(x, body);
  return { given, message: given };
}

async function seenGuarded(attempt: Attempt, guard: Guard, { body: shown }: GuardedInput): Promise<Seen> {
  const opened = await givenBack(attempt, guard, shown);
  const given = acceptMessage(attempt.x, opened);
  return { given, message: opened === shown ? given : jsonOf(shown) };
}

/** The handler as it is run: under the system's rules, and with people's consent where an edge needs it. It knows of neither. */
function handlerOf(attempt: Attempt, context: HopContext, message: Json, run: () => unknown): () => unknown {
  const { role, rules, edgeApprovals } = attempt.x.role;
  const ruled = rules === undefined ? run : () => ruledOutcome(attempt, context, rules, { message, run });
  if (edgeApprovals === undefined) return ruled;
  return async () => approvedOutcome(role, await ruled(), edgeApprovals, (request) => context.approval(request));
}

/** The handler's message, or the reason to park it instead. */
function acceptMessage(x: Execution, body: unknown): Json {
  const { input, role } = x;
  const { depth, trail } = input.passport;
  if (depth >= role.limits.hops) {
    throw park("hop_limit", `the task took ${depth} hops; ${role.limits.hops} are allowed`, { depth });
  }
  if (isLoop(trail))
    throw park("loop_detected", `the same content came from ${input.from} three times`, { from: input.from });
  requireAccepted(role.role, input.from, labelsOf(input.from, input.passport.taint, role.taint), role.taint);
  if (role.accepts === undefined) return jsonOf(body);
  const accepted = role.accepts.safeParse(body);
  if (accepted.success) return jsonOf(accepted.data);
  throw park("invalid_request", `the message is not what ${role.role} accepts: ${x.hide(firstIssue(accepted.error))}`, {
    issues: x.hide(z.treeifyError(accepted.error)),
  });
}

/** The message's body; a promise only where it was too large for its record. */
function readInput(x: Execution): unknown {
  const { from, record, subject } = x.input;
  const decoded = decodeBody(record.encoding, record.body);
  if (!decoded.ok) throw park("malformed_record", `the message does not parse: ${decoded.reason}`);
  const { value } = decoded;
  if (from === "supervisor") return readEscalation(x, value);
  const body = resolveBody(x, value, "the message's body");
  return x.ports.seals?.covers(from) ? unsealed(x, body, { subject, peer: from }, "the message's body") : body;
}

/** The supervisor passes on what a failed hop was given as it found it: by reference, where it was too large. */
async function readEscalation(x: Execution, value: unknown): Promise<unknown> {
  const escalation = EscalationBody.safeParse(value);
  // What the dead-letter desk sends again is the message as it was.
  if (!escalation.success) return resolveBody(x, value, "the message's body");
  return { ...escalation.data, message: await resolveBody(x, escalation.data.message, "the failed hop's message") };
}

/** What was decoded from JSON, or made of it by the role's own schema. */
function jsonOf(value: unknown): Json {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- decoded JSON is JSON; what a schema makes of it is the role's own affair
  return value as Json;
}

/** Journals the failure and gives the message back for later; what cannot get better, or was tried enough, is parked. */
async function failAttempt(x: Execution, writer: HopWriter, journal: Journal, thrown: unknown): Promise<HopEnd> {
  const { guard } = x.role;
  const failure = failureOf(thrown);
  const error = guard === undefined ? failure : guardedError(guard.output("client"), failure);
  const attempt = journal.failuresOfSegment + 1;
  x.tally.addFailure();
  if (!mayRetry(thrown)) throw new Park(error, { attempts: attempt, hasThrown: true });
  const delayMs = retryDelayMs(x.role.retry, attempt, x.ports.random.unit());
  const isLast = attempt >= x.role.retry.attempts;
  await writer.write({
    name: { class: "s", kind: "fail", to: String(journal.failures + 1) },
    body: bytesOf(JSON.stringify({ attempt, error: storedError(error), ...(isLast ? {} : { retryAfterMs: delayMs }) })),
  });
  if (isLast) throw new Park(error, { attempts: attempt, hasThrown: true });
  return { kind: "retry", attempt, delayMs, error };
}

async function commit(attempt: Attempt, plan: Plan): Promise<HopEnd> {
  const { x } = attempt;
  if (plan.kind === "dead")
    throw new Park(plan.error, { isEscalated: plan.isEscalated, attempts: attempt.journal.failuresOfSegment });
  const sealed = sealedPlan(attempt, plan);
  const carried = carriedPlan(x, sealed instanceof Promise ? await sealed : sealed);
  const ready = carried instanceof Promise ? await carried : carried;
  const { failpoint } = x.ports;
  if (failpoint !== undefined) await failpoint("before-commit");
  const end = await storeCommit(attempt, ready);
  if (failpoint !== undefined) await failpoint("after-commit");
  return end;
}

function storeCommit(attempt: Attempt, plan: Exclude<Plan, { kind: "dead" }>): Promise<HopEnd> {
  if (plan.kind === "send") return commitSend(attempt, plan.to, plan.json);
  if (plan.kind === "fan") return commitFan(attempt, plan.messages);
  return plan.kind === "reply" ? commitReply(attempt, plan.json) : commitDone(attempt, plan.json);
}

async function commitSend(attempt: Attempt, to: string, json: string): Promise<HopEnd> {
  const { x, writer } = attempt;
  const passport = attempt.passport();
  const mailbox = x.role.mailboxOf(to, passport.requires);
  await writer.write({
    name: { class: "m", kind: "send", to: mailbox },
    body: bytesOf(json),
    passport: childPassport(passport, x.role.role, mailbox, json, attempt.nextOutput()),
    ranMs: attempt.ranMs(),
  });
  return { kind: "committed", commit: "send" };
}

async function commitFan(attempt: Attempt, messages: readonly { to: string; json: string }[]): Promise<HopEnd> {
  const { x, writer } = attempt;
  const { task, hop } = x.place;
  const passport = attempt.passport();
  const outputs = messages.map(({ to, json }) => {
    const index = attempt.nextOutput();
    const child = hopId(x.role.hopKey, task, hop, index);
    const mailbox = x.role.mailboxOf(to, passport.requires);
    return `{"hop":"${child}","index":${index},"to":"${mailbox}","body":${json}}`;
  });
  const stored = await writer.write({
    name: { class: "c", kind: "fan", to: "0" },
    body: bytesOf(`{"outputs":[${outputs.join(",")}]}`),
    passport,
    ranMs: attempt.ranMs(),
  });
  await completeOutputs(x, stored);
  return { kind: "committed", commit: "fan" };
}

async function commitReply(attempt: Attempt, json: string): Promise<HopEnd> {
  const { x, writer } = attempt;
  const { replyTo, parent, wait, index } = x.input.passport;
  if (replyTo === undefined) throw park("malformed_record", "the call does not say whom to answer");
  await writer.write({
    name: { class: "m", kind: "reply", to: replyTo },
    body: bytesOf(`{"value":${json}}`),
    passport: { ...replyPassport(attempt.passport()), parent, wait, index },
    ranMs: attempt.ranMs(),
  });
  return { kind: "committed", commit: "reply" };
}

async function commitDone(attempt: Attempt, json: string): Promise<HopEnd> {
  const { x, writer } = attempt;
  const isOurs = await writer.writeDone({
    body: bytesOf(`{"status":"completed","result":${json},"by":"${x.role.role}"}`),
    passport: { ...attempt.passport(), trail: [], taken: undefined },
    ranMs: attempt.ranMs(),
  });
  if (!isOurs) throw new Ended({ kind: "ended" });
  return { kind: "committed", commit: "done" };
}
