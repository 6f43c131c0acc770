import type { ModelPrice } from "@troupe/runtime";

/** Date of the table: prices change, so a cost is only as good as its table. A system file's own `price` goes first. */
export const PRICE_TABLE_VERSION = "2026-11-01";

/** US dollars for a million tokens, by the endpoint's model name. */
const PRICES: ReadonlyMap<string, ModelPrice> = new Map([
  ["gpt-5", { inputUsd: 1.25, outputUsd: 10 }],
  ["gpt-5-mini", { inputUsd: 0.25, outputUsd: 2 }],
  ["gpt-5-nano", { inputUsd: 0.05, outputUsd: 0.4 }],
  ["gpt-4.1", { inputUsd: 2, outputUsd: 8 }],
  ["gpt-4.1-mini", { inputUsd: 0.4, outputUsd: 1.6 }],
  ["gpt-4.1-nano", { inputUsd: 0.1, outputUsd: 0.4 }],
  ["gpt-4o", { inputUsd: 2.5, outputUsd: 10 }],
  ["gpt-4o-mini", { inputUsd: 0.15, outputUsd: 0.6 }],
  ["o3", { inputUsd: 2, outputUsd: 8 }],
  ["o4-mini", { inputUsd: 1.1, outputUsd: 4.4 }],
]);

/** The price of a model, dated releases (`gpt-4o-2024-08-06`) included; `undefined` when the table does not know it. */
export function priceOf(model: string): ModelPrice | undefined {
  return PRICES.get(model) ?? PRICES.get(model.replace(/-\d{4}-\d{2}-\d{2}$/, ""));
}

/** Cost in millionths of a dollar, rounded up to a whole one. */
export function costMicros(price: ModelPrice, inputTokens: number, outputTokens: number): number {
  return Math.ceil(inputTokens * price.inputUsd + outputTokens * price.outputUsd);
}
