import { messageOf } from "@troupe/runtime";
import { actorMetrics, isNotOffered, turnEvent } from "@troupe/runtime/internal";
import type { ModelAnswer, ModelClient, ModelScope } from "../models/model.ts";
import { cacheKey } from "./cache-key.ts";
import { CACHE_SERVICE, CacheAnswer, type CachedAnswer } from "./cache-messages.ts";

/**
 * A model whose answers are kept for the same question of the same role and tenant, where the role says so (`scope.mayCache`). An answer
 * from the cache was not paid for: its usage is nothing. A cache that does not answer is no cache.
 */
export function cachedModel(alias: string, client: ModelClient): ModelClient {
  return {
    ...client,
    complete: async (call, scope) => {
      if (scope.mayCache !== true || scope.ask === undefined) return client.complete(call, scope);
      const place = { model: alias, key: cacheKey(alias, call) };
      const kept = await find(place, scope);
      actorMetrics.add("troupe_cache_lookups_total", { outcome: kept === undefined ? "miss" : "hit" });
      if (kept !== undefined) {
        scope.onToken?.(kept.content);
        const { costMicros: savedMicros } = kept.usage;
        actorMetrics.add("troupe_cache_saved_dollars_total", {}, savedMicros / 1e6);
        scope.log?.info(turnEvent({ ...kept, ...NOTHING, alias, durationMs: 0, isCached: true }), "turn");
        return { ...kept, usage: NOTHING, cached: { savedMicros } };
      }
      const answer = await client.complete(call, scope);
      if (isWorthKeeping(answer)) await keep(place, answer, scope);
      return answer;
    },
  };
}

const NOTHING = { inputTokens: 0, outputTokens: 0, costMicros: 0 } as const;

interface Place {
  readonly model: string;
  readonly key: string;
}

/** What was cut off, filtered or declined may go better the next time. */
const isWorthKeeping = ({ finishReason, refusal }: ModelAnswer): boolean =>
  refusal === null && (finishReason === "stop" || finishReason === "tool_calls");

async function find(place: Place, scope: ModelScope): Promise<CachedAnswer | undefined> {
  try {
    const found = CacheAnswer.parse(await scope.ask?.(CACHE_SERVICE, { op: "get", ...place }));
    return found.answer ?? undefined;
  } catch (error) {
    if (!isNotOffered(error)) scope.log?.warn({ reason: messageOf(error) }, "the cache of answers could not be read");
    return undefined;
  }
}

async function keep(place: Place, answer: ModelAnswer, scope: ModelScope): Promise<void> {
  const { content, refusal, toolCalls, finishReason, usage, model } = answer;
  const kept = {
    content,
    refusal,
    toolCalls: toolCalls.map(({ id, name, arguments: text }) => ({ id, name, arguments: text })),
    finishReason,
    usage: { ...usage },
    model,
  };
  try {
    await scope.ask?.(CACHE_SERVICE, { op: "put", ...place, answer: kept });
  } catch (error) {
    if (!isNotOffered(error)) scope.log?.warn({ reason: messageOf(error) }, "an answer was not kept in the cache");
  }
}
