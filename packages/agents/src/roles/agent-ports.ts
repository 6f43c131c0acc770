import { type Clock, type ModelSpec, type Random, systemClock, systemRandom } from "@troupe/runtime";
import { loadModelSettings } from "../config/load.ts";
import type { ModelClient } from "../models/model.ts";
import { createOpenAiModel } from "../models/openai-model.ts";
import { resolveModel } from "../models/registry.ts";

/** Finds the client of an alias. Throws what {@link resolveModel} throws. */
export type OpenModel = (alias: string, declared: Readonly<Record<string, ModelSpec>> | undefined) => ModelClient;

/** Models as this node's environment sets them, on the machine's clock. */
export function systemModels(clock: Clock = systemClock, random: Random = systemRandom): OpenModel {
  return (alias, declared) => createOpenAiModel(resolveModel(alias, declared, loadModelSettings()), { clock, random });
}
