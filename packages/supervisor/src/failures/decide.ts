/** What becomes of a dead letter (DESIGN §5, Commit): the escalation role gets it, or the task ends as failed. Pure. */
import {
  type DoneBody,
  type EscalationBody,
  expiredBody,
  type Passport,
  type TaskRecord,
  type TraceContext,
} from "@troupe/runtime/internal";
import { z } from "zod";
import type { Died } from "../observer/observation.ts";
import { passportAfterDeath } from "./passport-after-death.ts";

export interface DeadLetterCase {
  readonly death: Died;
  readonly isEnded: boolean;
  /** The role that failures go to; `undefined` when the system declares none. */
  readonly escalation: string | undefined;
  /** Labels of everything that a client sends. */
  readonly clientLabels?: readonly string[] | undefined;
  /** Whether what nobody takes waits at the desk instead of ending its task. */
  readonly parks?: boolean | undefined;
  /** The message that the dead hop ran, where it could be found. */
  readonly input: TaskRecord | undefined;
  readonly records: readonly TaskRecord[];
  /** Milliseconds to the task's deadline; `undefined` without one. */
  readonly remainingMs: number | undefined;
}

export type DeadLetterAction =
  | { readonly kind: "none"; readonly reason: string }
  | { readonly kind: "park" }
  | { readonly kind: "end"; readonly body: DoneBody }
  | {
      readonly kind: "escalate";
      readonly passport: Passport;
      readonly trace?: TraceContext;
      readonly body: EscalationBody;
    };

/** Decides. The same case gives the same action, so that doing it again after a crash writes the same records. */
export function decideDeadLetter(given: DeadLetterCase): DeadLetterAction {
  const { death, isEnded, escalation, input } = given;
  if (isEnded) return { kind: "none", reason: "the task has ended" };
  if (death.body.reply) return { kind: "none", reason: "its caller gets the error" };
  if (isOverdue(given)) return { kind: "end", body: expiredBody("supervisor") };
  const passport = input?.header?.passport;
  if (escalation === undefined || escalation === death.role || !input || !passport) return unclaimed(given);
  if (isFinal(death)) return fail(death);
  // A task over its hop limit gets one more stretch of hops to be put right in, not one for each time.
  if (death.body.error.code === "hop_limit" && given.records.some(isFreshStretch)) return unclaimed(given);
  return {
    kind: "escalate",
    passport: escalatedPassport(given, input, passport),
    ...(input.header?.trace && { trace: input.header.trace }),
    body: escalationBody(death, input),
  };
}

/** What the client sent stays content from a client, although the supervisor sends it on. */
const escalatedPassport = (
  { death, clientLabels = [], remainingMs }: DeadLetterCase,
  { subject }: TaskRecord,
  passport: Passport,
): Passport =>
  passportAfterDeath(death.body.error.code, passport, {
    depth: passport.depth + 1,
    taint: subject.from === "client" ? [...new Set([...passport.taint, ...clientLabels])] : passport.taint,
    remainingMs,
  });

/** The same shape as from a hop that escalates by itself; that it failed shows in `error`. */
function escalationBody({ role, body: { error, escalated } }: Died, input: TaskRecord): EscalationBody {
  const message = z.json().safeParse(input.body);
  return {
    reason: error.message,
    role,
    message: message.success ? message.data : null,
    ...(escalated ? {} : { error }),
  };
}

const isFreshStretch = ({ subject, header }: TaskRecord): boolean =>
  subject.from === "supervisor" && subject.name.kind === "send" && header?.passport?.depth === 0;

/** What no escalation role takes. */
const unclaimed = ({ death, parks }: DeadLetterCase): DeadLetterAction =>
  parks === true && !isFinal(death) ? { kind: "park" } : fail(death);

/** By how much two clocks may differ on when a deadline is over. */
const CLOCKS_MS = 1_000;

/** Whether a rule has ended the task at its deadline, a moment before the leader's clock did: the task ends the same way. */
const isOverdue = ({ death, remainingMs }: DeadLetterCase): boolean =>
  death.body.error.code === "aborted_by_rule" && remainingMs !== undefined && remainingMs <= CLOCKS_MS;

/** Whether nobody is to go on with it. */
const isFinal = ({ body: { error } }: Died): boolean =>
  error.code === "aborted_by_rule" || error.code === "guardrail_blocked";

function fail({ body, role }: Died): DeadLetterAction {
  return {
    kind: "end",
    body: { status: "failed", error: { ...body.error, details: { ...body.error.details, role } }, by: "supervisor" },
  };
}
