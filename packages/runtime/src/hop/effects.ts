/** Journaled effects: run once, recorded, and on every replay the recorded value instead. */
import type { StepOptions, StepScope } from "../actor/context.ts";
import type { Json } from "../actor/outcome.ts";
import { StepBody } from "../contracts/bodies.ts";
import type { Usage } from "../contracts/record.ts";
import { TroupeError } from "../errors.ts";
import type { BodyEncoding } from "../log/task-log.ts";
import type { Attempt } from "./attempt.ts";
import { bytesOf, encodeOwn, jsonText, readBody } from "./body.ts";
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
    return recorded.value as T;
  }
  if (options.effect === "once") await begin(attempt, number, name);
  assertOpen(attempt);
  const { task, hop } = attempt.x.place;
  // Getters: most effects ask for neither, and an abort controller is not free.
  const scope: StepScope = {
    idempotencyKey: `${task}/${hop}/${number}`,
    get signal() {
      return attempt.signal;
    },
  };
  const value = await run(scope);
  assertOpen(attempt);
  const { encoding, body } = encodeOwn({ name, value }, `the result of step ${name}`);
  await store(attempt, number, { encoding, body }, options.usage?.(value));
  // The same value as on a replay, also where encoding changes it.
  const stored = readBody(StepBody, { encoding, body });
  if (!stored.ok) throw new TroupeError("invariant_violated", `the step ${name} cannot be read back: ${stored.reason}`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the value just encoded, decoded again
  return stored.value.value as T;
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
    body: bytesOf(jsonText({ name, data }, `the event ${name}`)),
  });
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
