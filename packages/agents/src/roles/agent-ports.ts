import { type Clock, type ModelSpec, type Random, systemClock, systemRandom } from "@troupe/runtime";
import { budgetedModel } from "../budgets/budgeted-model.ts";
import { cachedModel } from "../cache/cached-model.ts";
import { capturesContent, loadModelSettings } from "../config/load.ts";
import { EndpointHealth } from "../models/endpoint-health.ts";
import { hedgedModel } from "../models/hedged-model.ts";
import type { ModelClient } from "../models/model.ts";
import { createModelChain } from "../models/model-chain.ts";
import { observedModel } from "../models/observed-model.ts";
import { createOpenAiModel } from "../models/openai-model.ts";
import { resolveModel } from "../models/registry.ts";

/** Finds the client of an alias. Throws what {@link resolveModel} throws. */
export type OpenModel = (alias: string, declared: Readonly<Record<string, ModelSpec>> | undefined) => ModelClient;

/** What this process knows of the endpoints: all roles in it learn from each other's failures. */
const processHealth = new EndpointHealth(systemClock);

/** Models as this node's environment sets them, on the machine's clock. */
export function systemModels(
  clock: Clock = systemClock,
  random: Random = systemRandom,
  health: EndpointHealth = processHealth,
): OpenModel {
  return (alias, declared) => {
    const settings = loadModelSettings();
    const open = (name: string) => {
      const model = resolveModel(name, declared, settings);
      const client = createOpenAiModel(model, { clock, random, health });
      return budgetedModel(name, observedModel(client, { model, clock, capturesContent: capturesContent() }), clock);
    };
    const hedged = (name: string) => hedgedModel(name, declared, open, clock);
    return createModelChain(alias, declared, (name) => cachedModel(name, hedged(name)));
  };
}
