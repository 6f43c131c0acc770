/** Secrets that tell what they are by how they begin. Prefixes are those that the issuers document for secret scanning. */
import { type Detector, matches } from "../detector.ts";

/** By issuer; every repetition is bounded. What may stand before a key is nothing that would make it part of a longer word. */
const PATTERNS: readonly RegExp[] = [
  // Model providers
  /(?<![\w-])sk-(?:ant-|proj-|or-|svcacct-|admin-)?[A-Za-z0-9_-]{16,512}/g,
  /(?<![\w-])(?:gsk|hf|r8|pplx|xai|nvapi|fw)[_-][A-Za-z0-9_-]{24,128}/g,
  // Clouds
  /(?<![\w-])(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z2-7]{16}(?![A-Z0-9])/g,
  /(?<![\w-])AIza[A-Za-z0-9_-]{35}/g,
  /(?<![\w-])ya29\.[A-Za-z0-9_-]{20,512}/g,
  /(?<![\w-])GOCSPX-[A-Za-z0-9_-]{20,64}/g,
  /\bAccountKey=[A-Za-z0-9+/]{40,128}={0,2}/g,
  /(?<![\w-])(?:dop|doo|dor)_v1_[a-f0-9]{64}/g,
  /(?<![\w-])dapi[a-f0-9]{32}(?:-\d)?/g,
  // Forges, registries, tools
  /(?<![\w-])(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255})/g,
  /(?<![\w-])gl(?:pat|ptt|rt|dt|oas|cbt)-[A-Za-z0-9_-]{20,255}/g,
  /(?<![\w-])npm_[A-Za-z0-9]{36}/g,
  /(?<![\w-])pypi-[A-Za-z0-9_-]{50,512}/g,
  /(?<![\w-])(?:rubygems_[a-f0-9]{48}|dckr_pat_[A-Za-z0-9_-]{20,64}|glsa_[A-Za-z0-9]{32}_[a-f0-9]{8})/g,
  /(?<![\w-])(?:ATATT3|ATCTT3)[A-Za-z0-9_=-]{60,512}/g,
  /(?<![\w-])(?:lin_api_[A-Za-z0-9]{32,64}|ntn_[A-Za-z0-9]{40,64}|secret_[A-Za-z0-9]{40,64}|figd_[A-Za-z0-9_-]{36,64})/g,
  /(?<![\w-])(?:hvs|hvb|hvr|s)\.[A-Za-z0-9_-]{24,256}(?![\w.])/g,
  /(?<![\w-])PMAK-[a-f0-9]{24}-[a-f0-9]{34}/g,
  // Messages and payments
  /(?<![\w-])xox[abeoprs]-[A-Za-z0-9-]{10,255}/g,
  /(?<![\w-])xapp-\d-[A-Za-z0-9-]{20,255}/g,
  /hooks\.slack\.com\/services\/[A-Za-z0-9/_-]{20,128}/g,
  /discord(?:app)?\.com\/api\/webhooks\/\d{10,24}\/[A-Za-z0-9_-]{40,128}/g,
  /(?<![\w-])(?:sk|rk|pk|whsec)_(?:live_|test_)?[A-Za-z0-9]{16,255}/g,
  /(?<![\w-])SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,128}/g,
  /(?<![\w-])(?:AC|SK)[a-f0-9]{32}(?![\w-])/g,
  /(?<![\w:])\d{8,10}:AA[A-Za-z0-9_-]{33}(?![\w-])/g,
  /(?<![\w-])[MNO][A-Za-z\d_-]{23,25}\.[A-Za-z\d_-]{6}\.[A-Za-z\d_-]{27,38}(?![\w-])/g,
  /(?<![\w-])shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}/g,
  /(?<![\w-])(?:key|pubkey)-[a-f0-9]{32}(?![\w-])/g,
  /(?<![\w-])sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,64}/g,
  // Tokens and keys of any issuer
  /(?<![\w-])eyJ[A-Za-z0-9_-]{8,2048}\.[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{0,1024}/g,
  /-----BEGIN [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----END)[\s\S]){0,8192}(?:-----END [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----)?/g,
  /(?<![\w-])AGE-SECRET-KEY-1[A-Z0-9]{58}/g,
  /(?<![A-Z0-9])S[UAONCX][A-Z2-7]{56}(?![A-Z0-9])/g,
  /(?<![\w-])troupe_[a-z2-7]{12}_[A-Za-z0-9_-]{16,128}/g,
];

/** The password in an address: `postgres://user:password@host`. */
const IN_ADDRESS = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{0,128}:([^\s@/]{2,256})@/gi;

export const knownSecret: Detector = {
  rule: "secret.known",
  type: "SECRET",
  severity: "critical",
  reads: "plain",
  readsEncoded: true,
  find: (text) => [
    ...PATTERNS.flatMap((pattern) => matches(text, pattern)),
    ...[...text.matchAll(IN_ADDRESS)].map(({ 0: whole, 1: password = "", index }) => {
      const end = index + whole.length - 1;
      return { start: end - password.length, end };
    }),
  ],
};
