import { messageOf, TroupeError } from "@troupe/runtime";
import { isNotOffered } from "@troupe/runtime/internal";
import type { TryResult } from "../models/breaker.ts";
import type { ModelScope } from "../models/model.ts";
import { LIMIT_SERVICE, LimitAnswer } from "./limit-messages.ts";
import { readRateHeaders } from "./rate-headers.ts";

/** One request's turn at a provider. */
export interface ProviderTurn {
  /** Tells the node what became of the request; without a word of it none was made. Never throws. */
  end(told?: TurnEnd): void;
}

/** What became of a request. */
export interface TurnEnd {
  readonly result: TryResult;
  /** Why it failed. */
  readonly reason?: string | undefined;
  /** Those of the answer, if one came. */
  readonly headers?: Pick<Headers, "get"> | undefined;
  /** For how long the provider asked to be left alone. */
  readonly restMs?: number | undefined;
}

/**
 * Waits for the turn of a request at the node's service `limits`. Throws `overloaded` when it does not come; where the node offers no limits,
 * or cannot share them now, the request goes at once.
 */
export async function takeTurn(model: string, tokens: number, scope: ModelScope): Promise<ProviderTurn> {
  const turn = await enter(model, tokens, scope);
  return {
    end: (become) => {
      if (turn === undefined) return;
      const { headers, restMs, result, reason }: Partial<TurnEnd> = become ?? {};
      const { requests, tokens: ofTokens } = (headers && readRateHeaders(headers)) ?? {};
      const limits = { ...(requests && { requests }), ...(ofTokens && { tokens: ofTokens }) };
      const told = {
        ...(requests || ofTokens ? { limits } : {}),
        ...(restMs === undefined ? {} : { restMs }),
        ...(result === undefined ? {} : { result }),
        ...(reason === undefined ? {} : { reason: reason.slice(0, 256) }),
      };
      scope.ask?.(LIMIT_SERVICE, { op: "end", turn, ...told }).catch((error: unknown) => {
        scope.log?.warn({ model, reason: messageOf(error) }, "the node could not be told of a provider's answer");
      });
    },
  };
}

async function enter(model: string, tokens: number, scope: ModelScope): Promise<string | undefined> {
  if (scope.ask === undefined) return undefined;
  try {
    return LimitAnswer.parse(await scope.ask(LIMIT_SERVICE, { op: "enter", model, tokens })).turn;
  } catch (error) {
    if (TroupeError.is(error, "overloaded") && error.details["why"] === "provider_limit") throw error;
    if (!isNotOffered(error)) {
      scope.log?.warn(
        { model, reason: messageOf(error) },
        "the provider's limit is not known; the request goes at once",
      );
    }
    return undefined;
  }
}
