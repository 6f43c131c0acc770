/** Social security numbers of the United States: three groups that the administration issues (SSA, since 2011: no 000, 666, 9xx; no 00; no 0000). */
import { before, type Detector, matches } from "../detector.ts";
import type { Span } from "../view.ts";
import { hasLongNumber, isNamedOtherwise } from "./number-context.ts";

const GROUPED = /(?<![\w.-])(?!000|666|9)\d{3}( ?- ?|[. ])(?!00)\d{2}\1(?!0000)\d{4}(?![\w-]|\.\d)/g;
/** Nine digits may be anything; with these words before them they are not. */
const BARE = /(?<![\w.-])(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}(?![\w-]|\.\d)/g;
const NAMED =
  /(?<![a-z])(?:ssn|s\.s\.n\.?|soc(?:ial)?[\s_-]{0,3}sec(?:urity)?|social|securite sociale|segur(?:o|idad|anca) social|previdenza sociale|sozialversicherungs?[a-z]{0,8}|taxpayer|tax[\s_-]?id|tin|itin)(?:[\s_-]?(?:number|num|no|nr|id)){0,2}(?![a-z])[^\d\n]{0,40}$/i;
/** Numbers for taxpayers without one (IRS): 9xx with these groups. */
const TAXPAYER = /(?<![\w.-])9\d{2}([- ])(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\1\d{4}(?![\w-]|\.\d)/g;

export const socialSecurityNumber: Detector = {
  rule: "pii.ssn",
  type: "SSN",
  severity: "high",
  reads: "plain",
  readsEncoded: true,
  find: (text) => (hasLongNumber(text) ? numbersIn(text) : []),
};

function numbersIn(text: string): readonly Span[] {
  return [
    ...matches(text, GROUPED, ({ index }) => NAMED.test(before(text, index, 60)) || !isNamedOtherwise(text, index)),
    ...matches(text, BARE, ({ index }) => NAMED.test(before(text, index, 60))),
    ...matches(text, TAXPAYER, ({ index }) => NAMED.test(before(text, index, 60))),
  ];
}
