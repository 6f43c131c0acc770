/**
 * What injections do, in English: they void the instructions, give new ones, change who the model is, ask for what is hidden, speak to a
 * machine where only data should be, send data away, hide it from the person. Written from what these acts have in common, not from a list of
 * known texts. Sources: OWASP LLM01 (2026), and the published families of Greshake et al. 2023, Perez and Ribeiro 2022, Liu et al. 2024.
 */

import { HIDING, SENDING } from "./acting.ts";
import { ADDRESSING } from "./addressing.ts";
import { ASKING_GIVEN } from "./asking-given.ts";
import { BECOMING } from "./becoming.ts";
import { COAXING } from "./coaxing.ts";
import { EXTRACTING } from "./extracting.ts";
import type { Feature } from "./feature.ts";
import { FRAMING } from "./framing.ts";
import { OVERRIDING } from "./overriding.ts";
import { REPEATING } from "./repeating.ts";

export const ENGLISH: readonly Feature[] = [
  ...OVERRIDING,
  ...BECOMING,
  ...EXTRACTING,
  ...REPEATING,
  ...ASKING_GIVEN,
  ...ADDRESSING,
  ...FRAMING,
  ...SENDING,
  ...HIDING,
  ...COAXING,
];
