/** Addresses of the Internet, versions 4 and 6; none that stand for no machine or for one's own (RFC 6890). */
import { isIPv6 } from "node:net";
import { type Detector, matches } from "../detector.ts";
import { isNamedOtherwise } from "./number-context.ts";

const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const VERSION_4 = new RegExp(`(?<![\\w.+-])${OCTET}(?:(?:\\.|\\[\\.\\]|\\(\\.\\))${OCTET}){3}(?![\\w-]|\\.\\d)`, "g");
/** Candidates only: what it is, the platform knows. */
const VERSION_6 = /(?<![\w:.])(?:[0-9a-f]{1,4}:|:)[0-9a-f:]{1,37}(?:(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])/gi;
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
      ({ 0: address, index }) => !NO_MACHINE.test(address.replace(/[[\]()]/g, "")) && !isNamedOtherwise(text, index),
    ),
    ...matches(text, VERSION_6, ({ 0: address }) => address.length > 4 && isIPv6(address)),
  ],
};
