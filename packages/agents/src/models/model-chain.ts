/** Several models behind one alias: the prompt's tier is asked first, the fallbacks when it gives no answer. */
import { type ModelSpec, messageOf, TroupeError } from "@troupe/runtime";
import type { ModelAnswer, ModelCall, ModelClient, ModelScope } from "./model.ts";
import { reachableAliases, routeModel } from "./model-route.ts";

type Declared = Readonly<Record<string, ModelSpec>> | undefined;
/** A model that can be asked, or why it cannot be on this node (its key is missing). */
type Opened = ModelClient | TroupeError;

/**
 * The client of an alias with everything it may fall back to. `open` makes the client of one alias; a `model_refused` that it throws
 * counts as a model that gives no answer, and is thrown only when there is no other. The window is the smallest of all.
 */
export function createModelChain(alias: string, declared: Declared, open: (alias: string) => ModelClient): ModelClient {
  const models = new Map(reachableAliases(alias, declared).map((name) => [name, openOrRefused(name, open)]));
  const clients = [...models.values()].filter((model): model is ModelClient => !(model instanceof TroupeError));
  if (clients.length === 0) {
    for (const model of models.values()) if (model instanceof TroupeError) throw model;
  }
  const windows = clients.flatMap(({ windowTokens }) => windowTokens ?? []);
  return {
    windowTokens: windows.length === 0 ? undefined : Math.min(...windows),
    isPriced: clients.every(({ isPriced }) => isPriced),
    callsLeft: () => {
      const first = models.get(alias);
      return first instanceof TroupeError ? undefined : first?.callsLeft?.();
    },
    complete: async (call, scope) => {
      const { aliases: routed, tier, complexity } = routeModel(alias, declared, call.messages);
      const aliases = scope.prefersFallback && routed.length > 1 ? routed.slice(1) : routed;
      const failures = new Map<string, TroupeError>();
      for (const [index, name] of aliases.entries()) {
        const next = aliases[index + 1];
        const answered = await ask(models.get(name), call, { ...scope, hasFallback: next !== undefined });
        if (!(answered instanceof TroupeError)) {
          return { ...answered, choice: { alias: name, tier, complexity, failed: [...failures.keys()] } };
        }
        failures.set(name, answered);
        if (next !== undefined) scope.onFallback?.({ from: name, to: next, reason: answered.message });
      }
      throw nobodyAnswered(alias, failures);
    },
  };
}

function openOrRefused(name: string, open: (alias: string) => ModelClient): Opened {
  try {
    return open(name);
  } catch (error) {
    if (TroupeError.is(error, "model_refused")) return error;
    throw error;
  }
}

/** The answer, or why there is none. Throws what is no matter of the model: an abort, a fault of ours. */
async function ask(model: Opened | undefined, call: ModelCall, scope: ModelScope): Promise<ModelAnswer | TroupeError> {
  if (model === undefined) throw new TroupeError("invariant_violated", "a model was routed to that was not opened");
  if (model instanceof TroupeError) return model;
  try {
    return await model.complete(call, scope);
  } catch (error) {
    scope.signal.throwIfAborted();
    if (TroupeError.is(error, "model_unavailable", "model_refused")) return error;
    throw error;
  }
}

/** One model's failure as it is; of several, that they are unavailable if any of them may be back. */
function nobodyAnswered(alias: string, failures: ReadonlyMap<string, TroupeError>): TroupeError {
  const errors = [...failures.values()];
  const [only] = errors;
  if (errors.length === 1 && only !== undefined) return only;
  const code = errors.some((error) => error.code === "model_unavailable") ? "model_unavailable" : "model_refused";
  const waits = errors.flatMap(({ details }) => {
    const wait = details["retry_after_ms"];
    return typeof wait === "number" ? [wait] : [];
  });
  return new TroupeError(code, `no model of ${alias} answered: ${errors.map(messageOf).join("; ")}`, {
    details: {
      alias,
      failed: [...failures].map(([name, error]) => ({ alias: name, code: error.code, ...error.details })),
      ...(waits.length > 0 ? { retry_after_ms: Math.min(...waits) } : {}),
    },
  });
}
