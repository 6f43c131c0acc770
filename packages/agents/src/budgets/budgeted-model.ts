import { type Clock, messageOf, TroupeError } from "@troupe/runtime";
import { actorMetrics, isNotOffered } from "@troupe/runtime/internal";
import { estimateOf } from "../models/call-estimate.ts";
import type { ModelAnswer, ModelCall, ModelClient, ModelScope } from "../models/model.ts";
import { BUDGET_SERVICE, BudgetAnswer, type BudgetQuestion } from "./budget-messages.ts";

const RENEW_EVERY_MS = 40_000;

/**
 * A model whose calls are reserved before they are made and settled after, at the node's service `budgets`. Throws `budget_exceeded` when
 * an account has no room; a call that fails is refunded. Where the node offers no budgets, calls are not bounded.
 */
export function budgetedModel(alias: string, client: ModelClient, clock: Clock): ModelClient {
  return {
    ...client,
    complete: async (call, scope) => {
      const reservation = await reserve(alias, call, scope);
      if (reservation === null) return client.complete(call, scope);
      const over = new AbortController();
      void renew(reservation, scope, clock, over.signal);
      let answer: ModelAnswer | undefined;
      try {
        answer = await client.complete(call, scope);
        return answer;
      } finally {
        over.abort();
        const { inputTokens = 0, outputTokens = 0 } = answer?.usage ?? {};
        await tell(
          scope,
          answer ? { op: "settle", reservation, inputTokens, outputTokens } : { op: "refund", reservation },
        );
      }
    },
  };
}

async function reserve(alias: string, call: ModelCall, scope: ModelScope): Promise<string | null> {
  if (scope.ask === undefined) return null;
  scope.signal.throwIfAborted();
  const question: BudgetQuestion = { op: "reserve", model: alias, ...estimateOf(call) };
  try {
    return BudgetAnswer.parse(await scope.ask(BUDGET_SERVICE, question)).reservation;
  } catch (error) {
    if (TroupeError.is(error, "budget_exceeded"))
      actorMetrics.add("troupe_model_budget_refusals_total", { model: alias });
    if (!isNotOffered(error)) throw error;
    scope.log?.warn({ model: alias }, "this node has no budgets: the call is not bounded");
    return null;
  }
}

async function renew(reservation: string, scope: ModelScope, clock: Clock, over: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await clock.sleep(RENEW_EVERY_MS, over);
    } catch {
      return; // the call has ended: the only way a sleep rejects
    }
    await tell(scope, { op: "renew", reservation });
  }
}

/** What was called has been called: that the node could not be told must not undo it. */
async function tell(scope: ModelScope, question: BudgetQuestion): Promise<void> {
  try {
    await scope.ask?.(BUDGET_SERVICE, question);
  } catch (error) {
    scope.log?.warn({ op: question.op, reason: messageOf(error) }, "the node could not be told of a model call");
  }
}
