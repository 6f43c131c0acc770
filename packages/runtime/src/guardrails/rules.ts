/** Every rule that is built in. */
import type { Detector } from "./detector.ts";
import { bankAccount } from "./detectors/bank-account.ts";
import { emailAddress } from "./detectors/email-address.ts";
import { eventFrame } from "./detectors/event-frame.ts";
import { harmfulMarkup } from "./detectors/harmful-markup.ts";
import { hiddenText } from "./detectors/hidden-text.ts";
import { injection } from "./detectors/injection.ts";
import { ipAddress } from "./detectors/ip-address.ts";
import { knownSecret } from "./detectors/known-secret.ts";
import { namedSecret } from "./detectors/named-secret.ts";
import { outsideImage, outsideLink } from "./detectors/outside-link.ts";
import { paymentCard } from "./detectors/payment-card.ts";
import { phoneNumber } from "./detectors/phone-number.ts";
import { randomSecret } from "./detectors/random-secret.ts";
import { socialSecurityNumber } from "./detectors/social-security-number.ts";
import { terminalEscape } from "./detectors/terminal-escape.ts";
import { textLength } from "./detectors/text-length.ts";
import { hatred, insult, selfHarm, threat } from "./detectors/toxicity.ts";
import { unseenCharacters } from "./detectors/unseen-characters.ts";

/** Where ranges of two rules overlap, the one that comes first gives the range its name. */
export const BUILT_IN: readonly Detector[] = [
  knownSecret,
  bankAccount,
  paymentCard,
  socialSecurityNumber,
  namedSecret,
  emailAddress,
  phoneNumber,
  ipAddress,
  randomSecret,
  terminalEscape,
  eventFrame,
  unseenCharacters,
  hiddenText,
  injection,
  threat,
  selfHarm,
  hatred,
  insult,
  harmfulMarkup,
  outsideImage,
  outsideLink,
  textLength,
];
