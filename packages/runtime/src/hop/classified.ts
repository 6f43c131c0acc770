/**
 * The second stage of guardrails in a hop: a model is asked about content that the rules let through, in one recorded step a passage, so that a
 * replay asks nothing and comes to the same. The step's number is taken where handlers take theirs, whether anything is asked or not.
 */
import { z } from "zod";
import { notOffered } from "../actor/not-offered.ts";
import type { Json } from "../actor/outcome.ts";
import type { Usage } from "../contracts/record.ts";
import { messageOf, TroupeError } from "../errors.ts";
import { Finding, firingOf, isToBeClassified, textToClassify } from "../guardrails/classifier.ts";
import type { Guard } from "../guardrails/guard.ts";
import type { Screen } from "../guardrails/screen-text.ts";
import { type Firing, verdictOf } from "../guardrails/verdict.ts";
import type { Attempt } from "./attempt.ts";
import { runStep } from "./effects.ts";
import { blockedError, type Passing, report } from "./guardrail-report.ts";

type SecondStage = NonNullable<Guard["classifier"]>;

/** Content that the model may be asked about: what the rules have left of it, and which of them have fired. */
export interface Candidate {
  readonly screen: Screen;
  readonly value: Json;
  readonly fired: readonly string[];
  readonly passing: Passing;
}

/** What is recorded: for each content what was found, `null` where nothing was asked. */
const Recorded = z.strictObject({
  found: z.array(Finding.nullable()),
  usage: z.strictObject({ inputTokens: z.number(), outputTokens: z.number(), costMicros: z.number() }),
});
type Recorded = z.infer<typeof Recorded>;

const NOTHING: readonly (Firing | undefined)[] = [];

/** A model's silence is bounded by the limits of its alias: until then the hop is not stuck. */
const STUCK_AFTER = { firstMs: 25 * 60_000 };

/** The step of a passage's second stage; `undefined` where there is none. Take it where the handler acts, not after something was awaited. */
export const classifierStep = (attempt: Attempt, { classifier }: Guard): number | undefined =>
  classifier && attempt.nextStep();

/** Lets contents pass, or throws `guardrail_blocked` for what the model finds in them; asked as step `number`. */
export async function requireClassified(
  attempt: Attempt,
  guard: Guard,
  number: number | undefined,
  candidates: readonly Candidate[],
  what: string,
): Promise<void> {
  const firings = await classified(attempt, guard.classifier, number, candidates);
  const blocking = firings.flatMap((firing) => (firing?.action === "block" ? [firing] : []));
  if (blocking.length > 0) throw blockedError(blocking, what);
}

/** Which rule of the model fires in each content, if one does; asked as step `number`, about what is to be asked. */
export async function classified(
  attempt: Attempt,
  stage: SecondStage | undefined,
  number: number | undefined,
  candidates: readonly Candidate[],
): Promise<readonly (Firing | undefined)[]> {
  if (stage === undefined || number === undefined) return NOTHING;
  const texts = candidates.map((candidate) => questionOf(stage, candidate));
  const isAsked = texts.some((text) => text !== undefined) || attempt.journal.steps.has(number);
  if (!isAsked) return NOTHING;
  const { x } = attempt;
  const name = `classifier:${candidates[0]?.passing.place ?? "input"}`;
  const effect = attempt.guard(() =>
    runStep(
      attempt,
      number,
      name,
      (scope) =>
        x.progress.watch(name, STUCK_AFTER, x.ports.clock.monotonicMs(), () =>
          askAll(attempt, stage, texts, candidates, scope),
        ),
      { usage: (value) => Recorded.parse(value).usage },
    ),
  );
  attempt.track(effect);
  const { found } = Recorded.parse(await effect);
  const firings = candidates.map((candidate, index) => firingIn(stage, candidate, found[index] ?? null));
  for (const firing of firings) if (firing?.action === "allow") x.noteDetected(firing.rule);
  return firings;
}

function questionOf({ settings }: SecondStage, { screen, value, fired }: Candidate): string | undefined {
  if (screen.classified === undefined || !isToBeClassified(settings, fired)) return undefined;
  return textToClassify(value);
}

const firingIn = (
  { settings }: SecondStage,
  { screen: { classified: actions } }: Candidate,
  finding: Finding | null,
): Firing | undefined => (finding === null || actions === undefined ? undefined : firingOf(settings, actions, finding));

interface Scope {
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

async function askAll(
  attempt: Attempt,
  stage: SecondStage,
  texts: readonly (string | undefined)[],
  candidates: readonly Candidate[],
  scope: Scope,
): Promise<Recorded> {
  const answers = await Promise.all(
    texts.map(async (text, index) => (text === undefined ? undefined : ask(attempt, stage, text, index, scope))),
  );
  for (const [index, candidate] of candidates.entries()) {
    const firing = firingIn(stage, candidate, answers[index]?.finding ?? null);
    if (firing !== undefined) await report(attempt.x, verdictOf([firing]), [firing], candidate.passing);
  }
  return {
    found: answers.map((answer) => answer?.finding ?? null),
    usage: sumOf(answers.flatMap((answer) => answer?.usage ?? [])),
  };
}

interface Answered {
  readonly finding: Finding;
  readonly usage?: Usage;
}

/** One question. Whatever keeps the model from answering is found as that; what has ended the hop is not. */
async function ask(
  { x }: Attempt,
  { classify }: SecondStage,
  text: string,
  index: number,
  { idempotencyKey, signal }: Scope,
): Promise<Answered> {
  const { task, hop, role } = x.place;
  const { askNode, logger } = x.ports;
  try {
    const { category, score, model, usage } = await classify(text, {
      idempotencyKey: `${idempotencyKey}/${index}`,
      signal,
      remainingMs: x.remainingMs(),
      ask: async (service, body) => {
        if (askNode === undefined) throw notOffered(service);
        return askNode(task, service, body);
      },
      log: logger.child({ task, hop, role }),
    });
    return { finding: { category, score, model }, usage };
  } catch (error) {
    signal.throwIfAborted();
    const code = TroupeError.is(error) ? error.code : "model_unavailable";
    // What a model's endpoint says may repeat the text; an error of another kind is a fault of ours.
    const reason = TroupeError.is(error) ? undefined : messageOf(error);
    logger.warn({ task, hop, role, code, reason }, "the classifier gave no answer");
    return { finding: { failed: code } };
  }
}

function sumOf(usages: readonly Usage[]): Recorded["usage"] {
  const sum = (field: "inputTokens" | "outputTokens" | "costMicros") =>
    usages.reduce((total, usage) => total + usage[field], 0);
  return { inputTokens: sum("inputTokens"), outputTokens: sum("outputTokens"), costMicros: sum("costMicros") };
}
