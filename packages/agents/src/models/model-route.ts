/** Which aliases answer a prompt, in which order: by its complexity, then by the fallbacks. Pure. */
import type { ModelSpec, ModelTier } from "@troupe/runtime";
import { complexityOf, tierOf } from "./complexity.ts";
import type { ModelMessage } from "./model.ts";
import { specOf } from "./registry.ts";
import { textOf } from "./tokens.ts";

type Declared = Readonly<Record<string, ModelSpec>> | undefined;

/** The aliases to ask, and why the first one is the first. */
export interface ModelRoute {
  readonly tier: ModelTier;
  readonly complexity: number;
  /** Without repetition; never empty. */
  readonly aliases: readonly string[];
}

/**
 * The alias of the prompt's tier, its fallbacks, then those of the alias itself. Tiers and fallbacks of other aliases are not followed
 * any further, so no order can be endless.
 */
export function routeModel(alias: string, declared: Declared, messages: readonly ModelMessage[]): ModelRoute {
  const asked = messages.findLast((message) => message.role === "user");
  const complexity = complexityOf(asked === undefined ? "" : textOf(asked));
  const tier = tierOf(complexity);
  return { tier, complexity, aliases: aliasesOf(alias, declared, tier) };
}

function aliasesOf(alias: string, declared: Declared, tier: ModelTier): readonly string[] {
  const spec = specOf(alias, declared);
  const first = spec?.tiers?.[tier] ?? alias;
  const ofFirst = first === alias ? [] : (specOf(first, declared)?.fallback ?? []);
  return [...new Set([first, ...ofFirst, ...(spec?.fallback ?? [])])];
}

/** Every alias that a prompt to this one may end at, itself included. */
export function reachableAliases(alias: string, declared: Declared): readonly string[] {
  const tiers: readonly ModelTier[] = ["simple", "standard", "advanced"];
  return [...new Set(tiers.flatMap((tier) => aliasesOf(alias, declared, tier)))];
}
