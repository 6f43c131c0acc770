/**
 * International bank account numbers: length by country (SWIFT registry, and the countries that use the form without being in it), check digits by
 * mod 97 (ISO 13616).
 */
import { type Detector, matchesOf } from "../detector.ts";
import type { Span } from "../view.ts";

const BEGINNING = /(?<![A-Za-z0-9])[A-Za-z]{2}[ -]?\d{2}/g;
const LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 " +
    "FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 " +
    "MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 " +
    "SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30 " +
    "AO25 BF28 BJ28 CF27 CG27 CI28 CM27 CV25 DZ26 GA27 GQ27 GW25 IR26 KM27 MA28 MG27 ML28 MZ25 NE28 SN28 TD27 TG28"
  )
    .split(" ")
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

export const bankAccount: Detector = {
  rule: "pii.iban",
  type: "IBAN",
  severity: "high",
  reads: "plain",
  readsEncoded: true,
  find: (text) =>
    matchesOf(text, BEGINNING).flatMap(({ 0: { 0: a = "", 1: b = "" }, index }): readonly Span[] => {
      const length = LENGTHS[`${a}${b}`.toUpperCase()];
      const end = length === undefined ? undefined : endOfAccount(text, index, length);
      return end === undefined ? [] : [{ start: index, end }];
    }),
};

/** Takes as many letters and digits as the country has, with single spaces or hyphens between them. */
function endOfAccount(text: string, start: number, length: number): number | undefined {
  let account = "";
  let at = start;
  for (; account.length < length; at++) {
    const character = text[at] ?? "";
    if (/[A-Za-z0-9]/.test(character)) account += character;
    else if (!/[ .-]/.test(character) || !/[A-Za-z0-9]/.test(text[at + 1] ?? "")) return undefined;
  }
  return !/[A-Za-z0-9]/.test(text[at] ?? "") && remainder(account.toUpperCase()) === 1 ? at : undefined;
}

function remainder(account: string): number {
  let rest = 0;
  for (const character of account.slice(4) + account.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}
