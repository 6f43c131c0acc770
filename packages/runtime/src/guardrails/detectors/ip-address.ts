/** Addresses of the Internet, versions 4 and 6; none that stand for no machine or for one's own (RFC 6890). */
import { isIPv6 } from "node:net";
import { before, type Detector, matches, matchesOf } from "../detector.ts";
import type { Span } from "../view.ts";
import { isNamedOtherwise } from "./number-context.ts";

const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
/** A hyphen parts two of them, it is not part of one. */
const VERSION_4 = new RegExp(
  `(?<![\\w.+]|(?<!\\.\\d{1,3})-)${OCTET}(?:(?:\\.|\\[\\.\\]|\\(\\.\\))${OCTET}){3}(?!\\w|-(?!\\d{1,3}\\.\\d)\\w|\\.\\d)`,
  "g",
);
/** Candidates only: what it is, the platform knows. A colon before it may end a word. */
const VERSION_6 =
  /(?<![\w.]|(?<![\p{L}\d_])[0-9a-f]{0,4}:)(?:[0-9a-f]{1,4}:|::)[0-9a-f:]{1,45}(?:(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])/giu;
/** Without zeros that are left out there are seven colons, or six before an address of version 4. */
const LEAST_OF_VERSION_6 = /::|:[0-9a-f]{1,4}:[0-9a-f]{1,4}:[0-9a-f]{1,4}:/i;
/** Words that say of other numbers what they are, and of an address whose it is. */
const MACHINE = /\b(?:node|nginx|error|ubuntu|debian)[\s:=#"'([]{0,4}$/i;
const NO_MACHINE = /^(?:127\.|0\.0\.0\.0$|255\.255\.)/;

export const ipAddress: Detector = {
  rule: "pii.ip",
  type: "IP",
  severity: "low",
  reads: "plain",
  readsEncoded: true,
  find: (text) => [
    ...matches(
      text,
      VERSION_4,
      ({ 0: address, index }) => !NO_MACHINE.test(address.replace(/[[\]()]/g, "")) && !isVersion(text, index),
    ),
    ...version6(text),
  ],
};

const isVersion = (text: string, at: number): boolean =>
  isNamedOtherwise(text, at) && !MACHINE.test(before(text, at, 20));

function version6(text: string): readonly Span[] {
  if (!LEAST_OF_VERSION_6.test(text)) return [];
  return matchesOf(text, VERSION_6).flatMap(({ 0: candidate, index }) => {
    // A colon behind it belongs to the sentence, a ninth group is a port.
    const most = candidate.replace(/(?<!:):$|(?<=::):$/, "");
    const address = [most, most.replace(/:\d{1,5}$/, "")].find(isIPv6);
    return address !== undefined && address.length > 4 ? [{ start: index, end: index + address.length }] : [];
  });
}
