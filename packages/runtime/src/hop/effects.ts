/** Journaled effects: run once, recorded, and on every replay the recorded value instead. */
import type { StepOptions, StepScope } from "../actor/context.ts";
import type { Json } from "../actor/outcome.ts";
import { decodeBody, encodeBody } from "../codec/body.ts";
import { StepBody } from "../contracts/bodies.ts";
import type { Usage } from "../contracts/record.ts";
import { INLINE_BODY_BYTES, MAX_BODY_BYTES, MAX_BODY_DEPTH } from "../contracts/task.ts";
import { TroupeError } from "../errors.ts";
import type { BodyEncoding } from "../log/task-log.ts";
import type { Attempt } from "./attempt.ts";
import { assertFits, bytesOf, jsonText, readBody } from "./body.ts";
import type { Execution } from "./execution.ts";
import { readLarge, storeLarge } from "./large-body.ts";
import type { BodySeals } from "./ports.ts";
import { readyToSeal, sealOwn, unsealed } from "./sealed-body.ts";
import { Ended, park } from "./signals.ts";

/** Runs effect `number`, or returns what the journal holds of it. Call through {@link Attempt.guard}. */
export async function runStep<T>(
  attempt: Attempt,
  number: number,
  name: string,
  run: (scope: StepScope) => Promise<T> | T,
  options: StepOptions = {},
): Promise<T> {
  const recorded = attempt.journal.steps.get(number);
  if (recorded !== undefined) {
    requireSameName("step", number, recorded.name, name);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the handler knows the type; it is the one that the recorded run returned
    return (await valueOf(attempt.x, number, recorded)) as T;
  }
  if (attempt.x.ports.seals?.covers()) await readyToSeal(attempt.x.ports.seals);
  const { task, hop } = attempt.x.place;
  // Getters: most effects ask for neither, and an abort controller is not free.
  const scope: StepScope = {
    idempotencyKey: `${task}/${hop}/${number}`,
    get signal() {
      return attempt.signal;
    },
  };
  const value = await valueOfEffect(attempt, { number, name, scope, options, run });
  assertOpen(attempt);
  const { step, again } = await encodeStep(attempt, number, name, value);
  await store(attempt, number, step, options.usage?.(value));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the value just encoded, decoded again
  return again as T;
}

/** What an effect is run with. */
interface Effect<T> {
  readonly number: number;
  readonly name: string;
  readonly scope: StepScope;
  readonly options: StepOptions;
  readonly run: (scope: StepScope) => Promise<T> | T;
}

/** Runs the effect, or takes what it is refused with; with a recorded intent it is too late to refuse. */
async function valueOfEffect<T>(attempt: Attempt, { number, name, scope, options, run }: Effect<T>): Promise<T> {
  if (options.admit !== undefined && !attempt.journal.begins.has(number)) {
    const refused = await options.admit(scope);
    assertOpen(attempt);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as with the effect's own result, only the handler knows the type
    if (refused !== undefined) return refused.instead as T;
  }
  const { failpoint } = attempt.x.ports;
  if (options.effect === "once") {
    await begin(attempt, number, name);
    await failpoint?.("after-begin");
  }
  assertOpen(attempt);
  const value = await run(scope);
  await failpoint?.("after-effect");
  return value;
}

/** The recorded value of a step, wherever it is. */
async function valueOf(x: Execution, number: number, { name, value, large }: StepBody): Promise<unknown> {
  const what = `the result of step ${name}`;
  const stored = large === undefined ? value : await readLarge(x, large.ref, large.encoding, what);
  return x.ports.seals?.covers() ? unsealed(x, stored, { subject: stepSubject(x, "step", number) }, what) : stored;
}

const stepSubject = (x: Execution, kind: "step" | "emit", number: number): string =>
  x.subject({ class: "s", kind, to: String(number) });

interface EncodedStep {
  readonly step: { readonly encoding: BodyEncoding; readonly body: Uint8Array };
  /** The same value as on a replay, also where encoding changes it. */
  readonly again: unknown;
}

async function encodeStep(attempt: Attempt, number: number, name: string, value: unknown): Promise<EncodedStep> {
  if (attempt.x.ports.seals?.covers()) return encodeSealedStep(attempt, attempt.x.ports.seals, number, name, value);
  const { encoding, bytes } = encodeBody({ name, value });
  if (bytes.length > INLINE_BODY_BYTES) return encodeLargeStep(attempt, name, value);
  const stored = readBody(StepBody, { encoding, body: bytes });
  if (stored.ok) return { step: { encoding, body: bytes }, again: stored.value.value };
  throw new TroupeError("invariant_violated", `the step ${name} cannot be read back: ${stored.reason}`);
}

async function encodeSealedStep(
  { x }: Attempt,
  seals: BodySeals,
  number: number,
  name: string,
  value: unknown,
): Promise<EncodedStep> {
  const place = { subject: stepSubject(x, "step", number), what: `the result of step ${name}` };
  const { text, again } = await sealOwn(x, seals, value, place);
  const body = bytesOf(`{"name":${JSON.stringify(name)},"value":${text}}`);
  if (body.length <= INLINE_BODY_BYTES) return { step: { encoding: "json", body }, again };
  const large: StepBody = { name, large: { encoding: "json", ref: await storeLarge(x, bytesOf(text)) } };
  return { step: { encoding: "json", body: bytesOf(JSON.stringify(large)) }, again };
}

async function encodeLargeStep({ x }: Attempt, name: string, value: unknown): Promise<EncodedStep> {
  const { encoding, bytes } = encodeBody(value);
  const what = `the result of step ${name}`;
  assertFits(bytes.length, what, x.ports.largeBodies === undefined ? INLINE_BODY_BYTES : MAX_BODY_BYTES);
  const decoded = decodeBody(encoding, bytes, { maxBytes: MAX_BODY_BYTES, maxDepth: MAX_BODY_DEPTH });
  if (!decoded.ok) throw new TroupeError("invariant_violated", `${what} cannot be read back: ${decoded.reason}`);
  const body: StepBody = { name, large: { encoding, ref: await storeLarge(x, bytes) } };
  return { step: { encoding: "json", body: bytesOf(JSON.stringify(body)) }, again: decoded.value };
}

async function store(
  attempt: Attempt,
  number: number,
  { encoding, body }: { encoding: BodyEncoding; body: Uint8Array },
  usage: Usage | undefined,
): Promise<void> {
  await attempt.writer.write({ name: { class: "s", kind: "step", to: String(number) }, body, encoding, usage });
  await attempt.x.ports.failpoint?.("after-step");
}

/** Records the intent of an effect that must not be repeated. One without a result is in doubt: nobody here can tell whether it happened. */
async function begin(attempt: Attempt, number: number, name: string): Promise<void> {
  const begun = attempt.journal.begins.get(number);
  if (begun !== undefined) {
    requireSameName("begin", number, begun.name, name);
    throw park("effect_in_doubt", `the effect ${JSON.stringify(name)} began and its result is not known`, {
      step: number,
      name,
    });
  }
  await attempt.writer.write({
    name: { class: "s", kind: "begin", to: String(number) },
    body: bytesOf(JSON.stringify({ name })),
  });
}

/** Records a durable progress event, once. */
export async function emitEvent(attempt: Attempt, number: number, name: string, data: Json): Promise<void> {
  const recorded = attempt.journal.emits.get(number);
  if (recorded !== undefined) return requireSameName("emit", number, recorded.name, name);
  await attempt.writer.write({
    name: { class: "s", kind: "emit", to: String(number) },
    body: bytesOf(await emitText(attempt.x, number, name, data)),
  });
}

async function emitText(x: Execution, number: number, name: string, data: Json): Promise<string> {
  const what = `the event ${name}`;
  const { seals } = x.ports;
  if (!seals?.covers()) return jsonText({ name, data }, what);
  const { text } = await sealOwn(x, seals, data, { subject: stepSubject(x, "emit", number), what });
  assertFits(text.length, what, INLINE_BODY_BYTES);
  return `{"name":${JSON.stringify(name)},"data":${text}}`;
}

/** On replay the handler must do what it did. Parks with both sides shown. */
export function requireSameName(kind: string, number: number, recorded: string, name: string): void {
  if (recorded === name) return;
  const message = `${kind} ${number} is ${JSON.stringify(recorded)} in the journal, and the handler does ${JSON.stringify(name)}`;
  throw park("journal_mismatch", message, { number, journal: recorded, handler: name });
}

function assertOpen(attempt: Attempt): void {
  if (!attempt.isOpen) throw new Ended({ kind: "dropped", reason: "the handler outlived its attempt" });
}
