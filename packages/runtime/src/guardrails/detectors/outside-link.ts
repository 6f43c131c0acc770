/**
 * Ways by which a shown text sends data away: a picture is fetched as soon as it is shown, a link that carries data when somebody follows
 * it. Hosts that the system allows are neither.
 */
import { type Detector, matches, type Scene } from "../detector.ts";

const IMAGE = /!\[[^\]\n]{0,1024}\]\(\s{0,4}<?((?:https?:)?\/\/[^\s)>]{1,2048})>?(?:\s[^)\n]{0,512})?\)/gi;
const ELEMENT =
  /<\s{0,4}(?:img|image|video|audio|source|track|input)\b[^>]{0,1024}?\s(?:src|href|srcset|poster)\s{0,4}=\s{0,4}["']?((?:https?:)?\/\/[^\s"'>]{1,2048})[^>]{0,1024}>?/gi;
const STYLE = /\burl\(\s{0,4}["']?((?:https?:)?\/\/[^\s"')]{1,2048})["']?\s{0,4}\)/gi;
const REFERENCE = /^[ ]{0,3}\[[^\]\n]{1,256}\]:\s{1,8}<?((?:https?:)?\/\/[^\s>]{1,2048})>?(?:\s[^\n]{0,256})?$/gim;
const LINK = /(?<!!)\[[^\]\n]{0,1024}\]\(\s{0,4}<?((?:https?:)?\/\/[^\s)>]{1,2048})>?(?:\s[^)\n]{0,512})?\)/gi;
const BARE = /(?<![("'<\w])((?:https?):\/\/[^\s<>"')\]]{8,4096})/gi;

export const outsideImage: Detector = {
  rule: "exfiltration.image",
  type: "IMAGE",
  severity: "high",
  reads: "plain",
  readsEncoded: false,
  find: (text, scene) => [
    ...matches(text, IMAGE, ({ 1: url = "" }) => !isAllowed(url, scene)),
    ...matches(text, ELEMENT, ({ 1: url = "" }) => !isAllowed(url, scene)),
    ...matches(text, STYLE, ({ 1: url = "" }) => !isAllowed(url, scene)),
    ...(/!\[[^\]\n]{0,256}\]\[/.test(text)
      ? matches(text, REFERENCE, ({ 1: url = "" }) => !isAllowed(url, scene))
      : []),
  ],
};

export const outsideLink: Detector = {
  rule: "exfiltration.link",
  type: "LINK",
  severity: "medium",
  reads: "plain",
  readsEncoded: false,
  find: (text, scene) =>
    [LINK, REFERENCE, BARE].flatMap((pattern) =>
      matches(text, pattern, ({ 1: url = "" }) => carriesData(url) && !isAllowed(url, scene)),
    ),
};

function isAllowed(url: string, { hosts }: Scene): boolean {
  const host = hostOf(url);
  return host !== undefined && hosts.some((allowed) => host === allowed || host.endsWith(`.${allowed}`));
}

function hostOf(url: string): string | undefined {
  return URL.parse(url.startsWith("//") ? `https:${url}` : url)?.hostname.toLowerCase();
}

/** Names of parameters under which data is sent away, or a value that is long and no words. */
const CARRIER =
  /^(?:data|d|q|payload|exfil|leak|secret|token|key|api_?key|pass(?:word)?|content|c|text|msg|message|body|info|conversation|history|chat|prompt|ssn|email|user|cookie|session)$/i;

function carriesData(url: string): boolean {
  const parsed = URL.parse(url.startsWith("//") ? `https:${url}` : url);
  if (parsed === null) return false;
  for (const [name, value] of parsed.searchParams) {
    if (value.length >= 64 || (CARRIER.test(name) && value.length >= 24) || isPacked(value)) return true;
  }
  return parsed.pathname.split("/").some((part) => part.length >= 64 && isPacked(part));
}

/** Base 64 or hexadecimal of some length: digits and both cases without a break, or digits of base 16 alone. */
const isPacked = (value: string): boolean =>
  /^[A-Za-z0-9+/_-]{40,}={0,2}$/.test(value) &&
  /\d/.test(value) &&
  (/^[0-9a-f]+$/i.test(value) || (/[a-z]/.test(value) && /[A-Z]/.test(value)));
