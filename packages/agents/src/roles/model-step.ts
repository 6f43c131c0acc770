/** A model call as a recorded step, and what becomes of it while every model is down. */
import { type Context, type ErrorBody, type Json, TroupeError, type Usage } from "@troupe/runtime";
import { waitForBudget } from "../budgets/budget-error.ts";
import { requireUnblocked, screenedAnswer } from "../guardrails/screened-answer.ts";
import type { ModelAnswer, ModelCall, ModelClient } from "../models/model.ts";

/**
 * What a role does when no model answers: `fail` the hop, `wait` durably and ask again, or give this answer instead of the model's and hand
 * it on to `to`. A model that refuses (a wrong key, say) fails the hop in any case: waiting does not help.
 */
export type WhenDown<To extends string = string> =
  | "fail"
  | "wait"
  | { readonly answer: Json; readonly to?: To | undefined };

const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 10 * 60_000;
/** With the longest wait between them, about 16 hours. */
const MAX_WAITS = 100;

/** A model's silence is bounded by the limits of its alias, each try by itself: as long as these go on, the role is not stuck. */
export const MODEL_CALL = { firstMs: 25 * 60_000 };

/** How long to wait for the models after the `waits`-th time (from 0) that none answered; `undefined` = no longer. */
export function waitForModels(
  waits: number,
  retryAfterMs: number | undefined,
  remainingMs: number | undefined,
): number | undefined {
  const backoffMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** waits);
  const waitMs = Math.max(backoffMs, Math.min(retryAfterMs ?? 0, LONGEST_WAIT_MS));
  if (waits >= MAX_WAITS || (remainingMs !== undefined && waitMs >= remainingMs)) return undefined;
  return waitMs;
}

/** Recorded in place of an answer when the role waits: a replay must wait in the same places. `waitMs` `null` = given up. */
interface NoAnswer {
  readonly down: ErrorBody;
  readonly waitMs: number | null;
}

/** What a model call of a role is made with. */
export interface AskOptions {
  readonly client: ModelClient;
  readonly alias: string;
  readonly whenDown: WhenDown;
  /** Whether an answer to the same question may be taken again. */
  readonly mayCache?: boolean | undefined;
  /** Makes a filter that returns what people may see of each piece; a new one for every try. */
  readonly filter: () => (piece: string) => string;
}

/** Asks the model, once however often the hop is replayed. Throws `model_unavailable` or `model_refused`. */
export async function askModel(ctx: Context, call: ModelCall, options: AskOptions): Promise<ModelAnswer> {
  for (let waits = 0; ; waits++) {
    const recorded = await askOnce(ctx, call, options, waits);
    if (!("down" in recorded)) {
      requireUnblocked(recorded);
      return recorded;
    }
    const { down, waitMs } = recorded;
    if (waitMs === null) {
      throw new TroupeError(down.code, `${down.message}; asked ${waits + 1} times`, { details: { ...down.details } });
    }
    // Spread, so that all who wait do not come back at once.
    const unit = await ctx.random();
    await ctx.sleep(waitMs * (1 + unit / 4));
  }
}

function askOnce(
  ctx: Context,
  call: ModelCall,
  { client, alias, whenDown, mayCache, filter }: AskOptions,
  waits: number,
): Promise<ModelAnswer | NoAnswer> {
  return ctx.step<ModelAnswer | NoAnswer>(
    `model:${alias}`,
    async ({ idempotencyKey, signal }) => {
      let show = filter();
      try {
        const answer = await client.complete(call, {
          idempotencyKey,
          signal,
          remainingMs: ctx.remainingMs(),
          ask: (service, body) => ctx.ask(service, body),
          log: ctx.log,
          mayCache,
          isConfidential: ctx.isConfidential,
          prefersFallback: ctx.prefersFallback,
          onToken: (text) => {
            ctx.alive();
            const visible = show(text);
            if (visible !== "") ctx.token(visible);
          },
          onRetry: (failure) => {
            ctx.alive();
            show = filter();
            ctx.token("");
            ctx.log.warn({ model: alias, ...failure }, "model call failed; trying again");
          },
          onFallback: (change) => {
            ctx.alive();
            show = filter();
            ctx.token("");
            ctx.log.warn({ model: alias, ...change }, "model gave no answer; asking the next one");
          },
        });
        return await screenedAnswer(ctx, answer);
      } catch (error) {
        const waitMs = waitAfter(error, whenDown, waits, ctx.remainingMs());
        if (waitMs === undefined || !(error instanceof TroupeError)) throw error;
        const down = error.toBody();
        ctx.log.warn({ model: alias, error: down, waitMs }, "no model answers; the task waits");
        return { down, waitMs };
      }
    },
    { usage: usageOf, stuckAfter: MODEL_CALL },
  );
}

/** How long to wait before the call is made again; `null` = given up; `undefined` = it is not to be waited for. */
function waitAfter(
  error: unknown,
  whenDown: WhenDown,
  waits: number,
  remainingMs: number | undefined,
): number | null | undefined {
  if (TroupeError.is(error, "budget_exceeded") || isProviderBusy(error))
    return waitForBudget(error, waits, remainingMs);
  if (whenDown !== "wait" || !TroupeError.is(error, "model_unavailable")) return undefined;
  return waitForModels(waits, retryAfterOf(error), remainingMs) ?? null;
}

/** The provider's limit is in use by others: the call comes back later, whatever the role does when models are down. */
const isProviderBusy = (error: unknown): error is TroupeError =>
  TroupeError.is(error, "overloaded") && error.details["why"] === "provider_limit";

function retryAfterOf({ details }: TroupeError): number | undefined {
  const wait = details["retry_after_ms"];
  return typeof wait === "number" ? wait : undefined;
}

function usageOf(value: unknown): Usage | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the step's own result, see `askOnce`
  return (value as Partial<ModelAnswer>).usage;
}
