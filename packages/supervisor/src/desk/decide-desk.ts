/** What a person at the desk may do with a dead letter, and what that writes. Pure. */
import {
  type DeskRequest,
  type DoneBody,
  INLINE_BODY_BYTES,
  labelsOf,
  type Passport,
  refusedLabels,
  remainingAt,
  type SystemManifest,
  sealedIn,
  type TaskRecord,
  TroupeError,
  taintRulesOf,
} from "@troupe/runtime/internal";
import { passportAfterDeath } from "../failures/passport-after-death.ts";
import type { DeadLetter } from "./dead-letter.ts";

/** `send`: the message again, to that mailbox. `end`: the task ends so. `resubmit`: its input as a new task. `repeated`: that was done before. */
export type DeskDecision =
  | {
      readonly kind: "send";
      readonly to: string;
      readonly passport: Passport;
      readonly body: Uint8Array;
      readonly model?: string;
    }
  | { readonly kind: "end"; readonly body: DoneBody }
  | { readonly kind: "resubmit" }
  | { readonly kind: "repeated" };

/** What the decision is made from, beside the letter. */
export interface DeskFacts {
  readonly manifest: SystemManifest;
  /** The message's body as it is stored; `undefined` when it could not be found. */
  readonly stored: Uint8Array | undefined;
  readonly nowMs: number;
}

/** Decides. Throws `conflict` for what the letter's state, its message or the graph does not allow, `body_too_large`. */
export function decideDesk(letter: DeadLetter, request: DeskRequest, facts: DeskFacts): DeskDecision {
  if (letter.state === "ended") return afterTheEnd(request);
  if (request.act === "retry") return retry(letter, request, facts);
  if (letter.state === "handed_on") throw handedOn(letter);
  return { kind: "end", body: request.act === "answer" ? answered(request) : dropped(letter, request) };
}

/** A task has one end. Its input may begin a new one. */
function afterTheEnd(request: DeskRequest): DeskDecision {
  const isPlain = request.act === "retry" && request.message === undefined && request.model === undefined;
  if (isPlain) return { kind: "resubmit" };
  throw new TroupeError(
    "conflict",
    "its task has ended: retry it as it was, which makes a new task, or submit another one",
  );
}

function retry(letter: DeadLetter, request: DeskRequest & { act: "retry" }, facts: DeskFacts): DeskDecision {
  const { input } = letter;
  const passport = input?.header?.passport;
  if (input === undefined || passport === undefined || facts.stored === undefined) {
    throw new TroupeError("conflict", "its message cannot be read: answer it, or drop it");
  }
  if (sealedIn(input.body) !== undefined) {
    throw new TroupeError(
      "conflict",
      "its message is encrypted for one place: answer it, or drop it and submit it again",
    );
  }
  const labels = labelsSeen(letter, input, passport, facts.manifest);
  const body = request.message === undefined ? facts.stored : bytesOf(request.message);
  const send: DeskDecision = {
    kind: "send",
    to: input.subject.name.to,
    passport: freshPassport(letter, passport, labels, facts.nowMs),
    body,
    ...(request.model === undefined ? {} : { model: request.model }),
  };
  if (letter.handedOn === undefined) return send;
  if (isSame(letter.handedOn, send)) return { kind: "repeated" };
  throw handedOn(letter);
}

/** Content from a client stays content from a client, whoever sends it on; what the role refused then it is not given now. */
function labelsSeen(
  { role }: DeadLetter,
  { subject: { from } }: TaskRecord,
  { taint }: Passport,
  manifest: SystemManifest,
): readonly string[] {
  const rules = taintRulesOf(manifest, role);
  const labels = labelsOf(from, taint, rules);
  const refused = refusedLabels(from, labels, rules);
  if (refused.length === 0) return labels;
  throw new TroupeError(
    "conflict",
    `${role} does not accept ${refused.join(", ")} from ${from}: answer it, or drop it`,
  );
}

/** A new hop of the same role. */
const freshPassport = (
  { body: { error }, startedAtMs, remainingMs }: DeadLetter,
  passport: Passport,
  taint: readonly string[],
  nowMs: number,
): Passport =>
  passportAfterDeath(error.code, passport, {
    depth: passport.depth,
    taint,
    remainingMs: remainingAt(nowMs, remainingMs, startedAtMs),
  });

function bytesOf(message: unknown): Uint8Array {
  const bytes = Buffer.from(JSON.stringify(message));
  if (bytes.length <= INLINE_BODY_BYTES) return bytes;
  throw new TroupeError("body_too_large", `the message has ${bytes.length} bytes; the desk takes ${INLINE_BODY_BYTES}`);
}

function isSame({ subject, body, header }: TaskRecord, send: DeskDecision & { kind: "send" }): boolean {
  const isEqual = Buffer.from(JSON.stringify(body)).equals(Buffer.from(JSON.stringify(parsed(send.body))));
  return subject.name.to === send.to && isEqual && header?.model === send.model;
}

const parsed = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString("utf8"));

const answered = ({ result }: DeskRequest & { act: "answer" }): DoneBody => ({
  status: "completed",
  result,
  by: "human",
});

function dropped({ role, body: { error } }: DeadLetter, { reason }: DeskRequest): DoneBody {
  const details = { ...error.details, role, dropped: reason ?? true };
  return { status: "failed", error: { ...error, details }, by: "human" };
}

function handedOn({ handedOn: record }: DeadLetter): TroupeError {
  const to = record?.subject.name.to ?? "somebody";
  return new TroupeError("conflict", `its message has been given to ${to} already`, { details: { handed_on_to: to } });
}
