import { type ModelPrice, messageOf, TroupeError } from "@troupe/runtime";
import { z } from "zod";
import builtIn from "./prices.json" with { type: "json" };

/** Prices with the day on which somebody last looked at them: a cost is only as good as its table. */
const PriceTable = z.strictObject({
  version: z.literal(1),
  updated: z.iso.date(),
  /** US dollars for a million tokens, by the endpoint's model name. */
  models: z.record(
    z.string().min(1),
    z.strictObject({ inputUsd: z.number().min(0), outputUsd: z.number().min(0) }).readonly(),
  ),
});
export type PriceTable = z.infer<typeof PriceTable>;

/** The table that comes with this version. A system file's own `price` goes first. */
export const BUILT_IN_PRICES: PriceTable = PriceTable.parse(builtIn);

/**
 * Reads a price table; its models go before the built-in ones, and `updated` is the older of the two days. Throws `invalid_config`; `from` says where the text is
 * from.
 */
export function parsePriceTable(text: string, from: string): PriceTable {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new TroupeError("invalid_config", `price table ${from}: no JSON: ${messageOf(error)}`);
  }
  const parsed = PriceTable.safeParse(value);
  if (!parsed.success) {
    throw new TroupeError("invalid_config", `price table ${from}: ${z.prettifyError(parsed.error)}`);
  }
  const { version, updated, models } = parsed.data;
  const oldest = updated < BUILT_IN_PRICES.updated ? updated : BUILT_IN_PRICES.updated;
  return { version, updated: oldest, models: { ...BUILT_IN_PRICES.models, ...models } };
}

/** The price of a model, dated releases (`gpt-4o-2024-08-06`) included; `undefined` when the table does not know it. */
export function priceOf(model: string, { models }: PriceTable = BUILT_IN_PRICES): ModelPrice | undefined {
  const names = [model, model.replace(/-\d{4}-\d{2}-\d{2}$/, "")];
  const known = names.find((name) => Object.hasOwn(models, name));
  return known === undefined ? undefined : models[known];
}

/** Cost in millionths of a dollar, rounded up to a whole one. */
export function costMicros(price: ModelPrice, inputTokens: number, outputTokens: number): number {
  return Math.ceil(inputTokens * price.inputUsd + outputTokens * price.outputUsd);
}
