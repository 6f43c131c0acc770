/**
 * Bodies that are encrypted in the log (R-GOV-7, ADR 0034): sealed for the subject that they will lie under before their record is written,
 * opened before a handler sees them. What is sealed is one value each: what the protocol needs to know of a record stays readable.
 */
import { decodeBody, type EncodedBody, encodeBody } from "../codec/body.ts";
import type { Awaited } from "../contracts/bodies.ts";
import { isMailboxName, roleOfMailbox } from "../contracts/names.ts";
import { sealedIn } from "../contracts/sealed-body.ts";
import { INLINE_BODY_BYTES, MAX_BODY_BYTES, MAX_BODY_DEPTH } from "../contracts/task.ts";
import { TroupeError } from "../errors.ts";
import { hopId, isHopId } from "../ids.ts";
import type { Attempt } from "./attempt.ts";
import { bytesOf } from "./body.ts";
import type { Plan } from "./commit.ts";
import type { Execution } from "./execution.ts";
import type { BodySeals, SealedPlace } from "./ports.ts";
import { Ended, park } from "./signals.ts";

const LIMITS = { maxBytes: MAX_BODY_BYTES, maxDepth: MAX_BODY_DEPTH };

type Stored = Exclude<Plan, { kind: "dead" }>;

/** The plan with every body sealed that has to be; a promise only where there is one. */
export function sealedPlan(attempt: Attempt, plan: Stored): Stored | Promise<Stored> {
  const { seals } = attempt.x.ports;
  if (seals === undefined) return plan;
  if (plan.kind === "send") return seals.covers(plan.to) ? sealedSend(attempt, seals, plan) : plan;
  if (plan.kind === "reply") return seals.covers(attempt.x.input.from) ? sealedReply(attempt, seals, plan) : plan;
  if (plan.kind === "done") return seals.covers("client") ? sealedDone(attempt, seals, plan) : plan;
  return plan.messages.some(({ to }) => seals.covers(to)) ? sealedFan(attempt, seals, plan) : plan;
}

async function sealedSend({ x }: Attempt, seals: BodySeals, plan: Extract<Stored, { kind: "send" }>): Promise<Stored> {
  const mailbox = x.role.mailboxOf(plan.to, x.input.passport.requires);
  const subject = x.subject({ class: "m", kind: "send", to: mailbox });
  return { ...plan, json: await sealText(x, seals, plan.json, messagePlace(x, subject, plan.to)) };
}

async function sealedFan(attempt: Attempt, seals: BodySeals, plan: Extract<Stored, { kind: "fan" }>): Promise<Stored> {
  const { x } = attempt;
  const { place, role } = x;
  const first = attempt.outputs + 1;
  const messages = plan.messages.map(async ({ to, json }, at) => {
    if (!seals.covers(to)) return { to, json };
    const child = hopId(role.hopKey, place.task, place.hop, first + at);
    const mailbox = role.mailboxOf(to, x.input.passport.requires);
    const subject = role.subjects.record(place.task, child, place.role, { class: "m", kind: "fan", to: mailbox });
    return { to, json: await sealText(x, seals, json, messagePlace(x, subject, to)) };
  });
  return { kind: "fan", messages: await Promise.all(messages) };
}

async function sealedReply(
  { x }: Attempt,
  seals: BodySeals,
  plan: Extract<Stored, { kind: "reply" }>,
): Promise<Stored> {
  const { replyTo } = x.input.passport;
  if (replyTo === undefined) return plan;
  const subject = x.subject({ class: "m", kind: "reply", to: replyTo });
  return { ...plan, json: await sealText(x, seals, plan.json, { subject, peer: roleOfMailbox(replyTo) }) };
}

async function sealedDone({ x }: Attempt, seals: BodySeals, plan: Extract<Stored, { kind: "done" }>): Promise<Stored> {
  const subject = x.role.subjects.done(x.place.task);
  return { ...plan, json: await sealText(x, seals, plan.json, { subject, peer: "client" }) };
}

/** The texts of what is asked, those of calls sealed that have to be. */
export async function sealedCalls(
  x: Execution,
  asked: readonly Awaited[],
  texts: readonly string[],
): Promise<readonly string[]> {
  const { seals } = x.ports;
  if (!seals || !asked.some((one) => one.type === "call" && seals.covers(roleOfMailbox(one.to)))) return texts;
  return Promise.all(asked.map((one, index) => sealedCall(x, seals, one, texts[index] ?? "")));
}

async function sealedCall(x: Execution, seals: BodySeals, one: Awaited, text: string): Promise<string> {
  const { place, role } = x;
  const to = one.type === "call" ? roleOfMailbox(one.to) : undefined;
  if (one.type !== "call" || to === undefined || !seals.covers(to) || !isHopId(one.hop) || !isMailboxName(one.to))
    return text;
  const subject = role.subjects.record(place.task, one.hop, place.role, { class: "m", kind: "call", to: one.to });
  return sealText(x, seals, text, messagePlace(x, subject, to));
}

/** A message to a role is told apart from others on the same edge of the task, for loops. */
function messagePlace({ place, role }: Execution, subject: string, to: string): SealedPlace {
  return { subject, peer: to, crossing: `${place.task} ${role.role}>${to}` };
}

/** Gives the message back while there are no keys for what the role will record. */
export const readyToSeal = (seals: BodySeals): Promise<void> => orGivenBack(seals.ready());

/** A value of the role's own, sealed, and the same value as on a replay. */
export async function sealOwn(
  x: Execution,
  seals: BodySeals,
  value: unknown,
  { subject, what }: { readonly subject: string; readonly what: string },
): Promise<{ readonly text: string; readonly again: unknown }> {
  const body = encodeBody(value);
  const again = decodeBody(body.encoding, body.bytes, LIMITS);
  if (!again.ok) throw new TroupeError("invariant_violated", `${what} cannot be read back: ${again.reason}`);
  return { text: await sealBytes(x, seals, body, { subject }), again: again.value };
}

const sealText = (x: Execution, seals: BodySeals, json: string, place: SealedPlace): Promise<string> =>
  sealBytes(x, seals, { encoding: "json", bytes: bytesOf(json) }, place);

async function sealBytes(x: Execution, seals: BodySeals, body: EncodedBody, place: SealedPlace): Promise<string> {
  const text = await orGivenBack(seals.seal(body, place));
  const limit = x.ports.largeBodies === undefined ? INLINE_BODY_BYTES : MAX_BODY_BYTES;
  if (text.length <= limit) return text;
  throw park(
    "body_too_large",
    `a body of ${body.bytes.length} bytes has ${text.length} once encrypted; the limit is ${limit}`,
    {
      limit,
    },
  );
}

/** What a sealed body holds. Throws `Park` when it is not sealed or does not open; gives the message back while its key is not here. */
export async function unsealed(x: Execution, stored: unknown, place: SealedPlace, what: string): Promise<unknown> {
  const value = await stored;
  const body = sealedIn(value);
  if (body === undefined) {
    // People answer through gateways, and approvals hold nothing but a decision.
    if (place.peer === "human") return value;
    throw park("malformed_record", `${what} is not encrypted, and this system says that it is`, {
      subject: place.subject,
    });
  }
  const { seals } = x.ports;
  if (seals === undefined) throw park("malformed_record", `${what} is encrypted, and there are no keys here`);
  const opened = await orGivenBack(
    seals.open(body, place).catch((thrown: unknown) => {
      if (!TroupeError.is(thrown, "malformed_record")) throw thrown;
      throw park("malformed_record", `${what} does not open: ${thrown.message}`, { subject: place.subject });
    }),
  );
  const decoded = decodeBody(opened.encoding, opened.bytes, LIMITS);
  if (decoded.ok) return decoded.value;
  throw park("malformed_record", `${what} does not parse: ${decoded.reason}`, { subject: place.subject });
}

/** Without a key nothing is lost: the message is given back, here or elsewhere the key may come. */
export async function orGivenBack<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    if (!(thrown instanceof TroupeError) || thrown.kind !== "transient") throw thrown;
    throw new Ended({ kind: "unavailable", reason: thrown.message });
  }
}
