/**
 * Ways by which a shown text sends data away: a picture is fetched as soon as it is shown, a link that carries data when somebody follows
 * it. Hosts that the system allows are neither.
 */
import { type Detector, matches, type Scene } from "../detector.ts";
import type { Span } from "../view.ts";
import { bracketed } from "./bracketed.ts";
import { outsideUrl } from "./outside-address.ts";

const ELEMENT =
  /<\s{0,4}(?:img|image|video|audio|source|track|input)\b[^>]{0,1024}?\s(?:src|href|srcset|poster)\s{0,4}=\s{0,4}(?:"([^"]{1,2048})"|'([^']{1,2048})'|["']?([^\s"'>]{1,2048}))[^>]{0,1024}>?/gi;
const STYLE = /\burl\(\s{0,4}["']?([^\s"')]{1,2048})["']?\s{0,4}\)/gi;
const REFERENCE = /^[ ]{0,3}\[[^\]\n]{1,256}\]:\s{1,8}<?([^\s>]{1,2048})>?(?:\s[^\n]{0,256})?$/gim;
/** A picture whose address stands elsewhere. */
const REFERENCED_IMAGE = /!\[[^\]\n]{0,256}\](?!\()/;
const BARE = /(?<![("'\w])<?((?:https?):\/\/[^\s<>"')\]]{8,4096})>?/gi;

export const outsideImage: Detector = {
  rule: "exfiltration.image",
  type: "IMAGE",
  severity: "high",
  reads: "plain",
  readsEncoded: false,
  find: (text, scene) => [
    ...(text.includes("![") ? inBrackets(text, true, (address) => isOutside(address, scene)) : []),
    ...matches(text, ELEMENT, ([, double, single, bare]) =>
      addressesIn(double ?? single ?? bare ?? "").some((address) => isOutside(address, scene)),
    ),
    ...matches(text, STYLE, ({ 1: address = "" }) => isOutside(address, scene)),
    ...(REFERENCED_IMAGE.test(text) ? referenced(text, (address) => isOutside(address, scene)) : []),
  ],
};

export const outsideLink: Detector = {
  rule: "exfiltration.link",
  type: "LINK",
  severity: "medium",
  reads: "plain",
  readsEncoded: false,
  find: (text, scene) => [
    ...inBrackets(text, false, (address) => carriesAway(address, scene)),
    ...referenced(text, (address) => carriesAway(address, scene)),
    ...matches(text, BARE, ({ 1: address = "" }) => carriesAway(address, scene)),
  ],
};

const referenced = (text: string, isFound: (address: string) => boolean): readonly Span[] =>
  text.includes("]:") ? matches(text, REFERENCE, ({ 1: address = "" }) => isFound(address)) : [];

function inBrackets(text: string, areImages: boolean, isFound: (address: string) => boolean): readonly Span[] {
  return bracketed(text).filter(({ isImage, address }) => isImage === areImages && isFound(address));
}

/** The value as one address, and as a list of several with their sizes. */
const addressesIn = (value: string): readonly string[] => [value, ...value.split(/[\s,]+/).slice(1)];

function isOutside(address: string, scene: Scene): boolean {
  const url = outsideUrl(address);
  return url !== undefined && !isAllowed(url, scene);
}

function carriesAway(address: string, scene: Scene): boolean {
  const url = outsideUrl(address);
  return url !== undefined && carriesData(url) && !isAllowed(url, scene);
}

const isAllowed = ({ hostname }: URL, { hosts }: Scene): boolean =>
  hosts.some((allowed) => hostname === allowed || hostname.endsWith(`.${allowed}`));

/** Names of parameters under which data is sent away, or a value that is long and no words. */
const CARRIER =
  /^(?:data|d|q|payload|exfil|leak|secret|token|key|api_?key|pass(?:word)?|content|c|text|msg|message|body|info|conversation|history|chat|prompt|ssn|email|user|cookie|session)$/i;

/** Packed characters in a path, in one part or in several, that are more than the name of something. */
const PACKED_PATH = 64;
/** A name of a host is of lower case: digits among letters, without a word, and long. */
const PACKED_NAME = /^(?=[a-z-]*\d)(?=[\d-]*[a-z])[a-z\d-]{32,63}$/;

function carriesData({ searchParams, pathname, hostname }: URL): boolean {
  for (const [name, value] of searchParams) {
    if (value.length >= 64 || (CARRIER.test(name) && value.length >= 24) || isPacked(value)) return true;
  }
  const packed = pathname.split("/").filter(isPacked);
  if (packed.reduce((length, part) => length + part.length, 0) >= PACKED_PATH) return true;
  return hostname.split(".").some((name) => PACKED_NAME.test(name));
}

/** Base 64 or hexadecimal of some length: digits and both cases without a break, or digits of base 16 alone. */
const isPacked = (value: string): boolean =>
  /^[A-Za-z0-9+/_-]{40,}={0,2}$/.test(value) &&
  /\d/.test(value) &&
  (/^[0-9a-f]+$/i.test(value) || (/[a-z]/.test(value) && /[A-Z]/.test(value)));
