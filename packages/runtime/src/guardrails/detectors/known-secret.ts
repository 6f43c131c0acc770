/** Secrets that tell what they are by how they begin. Prefixes are those that the issuers document for secret scanning. */
import { AnchoredPatterns } from "../anchored.ts";
import { type Detector, matchesOf } from "../detector.ts";

/** By issuer; every repetition is bounded. What may stand before a key is nothing that would make it part of a longer word. */
const SOURCES: readonly string[] = [
  // Model providers
  String.raw`(?<![\w-])sk-(?:ant-|proj-|or-|svcacct-|admin-)?[A-Za-z0-9_-]{16,512}`,
  String.raw`(?<![\w-])(?:fc-[a-f0-9]{32}|[ps]k-lf-[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12})`,
  String.raw`(?<![\w-])(?:gsk|hf|r8|pplx|xai|nvapi|fw|pcsk|lsv2_pt|tgp_v1|tvly)[_-][A-Za-z0-9_-]{24,128}`,
  // Clouds
  String.raw`(?<![\w-])(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z2-7]{16}(?![A-Z0-9])`,
  String.raw`(?<![\w-])AIza[A-Za-z0-9_-]{35}`,
  String.raw`(?<![\w-])ya29\.[A-Za-z0-9_-]{20,512}`,
  String.raw`(?<![\w-])GOCSPX-[A-Za-z0-9_-]{20,64}`,
  String.raw`\bAccountKey=[A-Za-z0-9+/]{40,128}={0,2}`,
  String.raw`(?<![\w-])(?:dop|doo|dor)_v1_[a-f0-9]{64}`,
  String.raw`(?<![\w-])dapi[a-f0-9]{32}(?:-\d)?`,
  String.raw`(?<![\w-])ABSK[A-Za-z0-9+/]{100,269}={0,2}`,
  String.raw`(?<![\w-])LTAI[A-Za-z0-9]{12,20}(?![\w-])`,
  String.raw`(?<![\w-])(?:fo1_[A-Za-z0-9_-]{43}|fm[12]_[A-Za-z0-9+/=_-]{60,1024})`,
  String.raw`(?<![\w-])(?:tskey-[a-z]{3,10}-[A-Za-z0-9]{8,32}-[A-Za-z0-9]{20,64}|nfp_[A-Za-z0-9]{36,64}|sbp_[a-f0-9]{40})`,
  String.raw`(?<![\w-])pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32,64}`,
  String.raw`(?<![\w.-])dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{40,64}`,
  // Forges, registries, tools
  String.raw`(?<![\w-])(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255})`,
  String.raw`(?<![\w-])gl(?:pat|ptt|rt|dt|oas|cbt)-[A-Za-z0-9_-]{20,255}`,
  String.raw`(?<![\w-])npm_[A-Za-z0-9]{36}`,
  String.raw`(?<![\w-])pypi-[A-Za-z0-9_-]{50,512}`,
  String.raw`(?<![\w-])(?:rubygems_[a-f0-9]{48}|dckr_pat_[A-Za-z0-9_-]{20,64}|glsa_[A-Za-z0-9]{32}_[a-f0-9]{8})`,
  String.raw`(?<![\w-])(?:ATATT3|ATCTT3)[A-Za-z0-9_=-]{60,512}`,
  String.raw`(?<![\w-])(?:lin_api_[A-Za-z0-9]{32,64}|ntn_[A-Za-z0-9]{40,64}|secret_[A-Za-z0-9]{40,64}|figd_[A-Za-z0-9_-]{36,64})`,
  String.raw`(?<![\w-])(?:hvs|hvb|hvr|s)\.[A-Za-z0-9_-]{24,256}(?![\w.])`,
  String.raw`(?<![\w-])PMAK-[a-f0-9]{24}-[a-f0-9]{34}`,
  String.raw`(?<![\w-])(?:AKCp[A-Za-z0-9]{69}|CLOJARS_[a-z0-9]{60}|CFPAT-[A-Za-z0-9_-]{43}|waka_[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12})`,
  String.raw`(?<![\w-])ops_eyJ[A-Za-z0-9+/=_-]{100,1024}`,
  String.raw`(?<![\w-])oy2[a-z0-9]{43}(?![\w-])`,
  String.raw`(?<![\w-])cio[A-Za-z0-9]{32}(?![\w-])`,
  String.raw`(?<![\w-])(?:pul-[a-f0-9]{40}|rdme_[a-z0-9]{70}|tfp_[A-Za-z0-9_-]{40,80}|sgp_(?:[a-f0-9]{16}_|local_)?[a-f0-9]{40})`,
  String.raw`(?<![\w-])(?:sntrys_[A-Za-z0-9+/=_-]{60,512}|sntryu_[a-f0-9]{64}|ph[cx]_[A-Za-z0-9]{40,64})`,
  String.raw`(?<![\w-])NRAK-[A-Z0-9]{27}(?![\w-])`,
  String.raw`(?<![\w-])dt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}`,
  String.raw`(?<![\w-])glc_eyJ[A-Za-z0-9+/=]{40,512}`,
  String.raw`(?<![\w-])A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}`,
  // Messages and payments
  String.raw`(?<![\w-])pat-[a-z]{2}\d-[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}`,
  String.raw`(?<![\w-])EAA(?:CEdEose0cBA)?[A-Za-z0-9]{60,512}`,
  String.raw`(?<![\w-])(?:shippo|duffel)_(?:live|test)_[A-Za-z0-9_-]{40,64}`,
  String.raw`(?<![\w-])EZ[AT]K[A-Za-z0-9]{54}(?![\w-])`,
  String.raw`(?<![\w-])sl\.[A-Za-z0-9_-]{100,1024}`,
  String.raw`(?<![\w-])xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}`,
  String.raw`(?<![\w-])xox[abeoprs]-[A-Za-z0-9-]{10,255}`,
  String.raw`(?<![\w-])xapp-\d-[A-Za-z0-9-]{20,255}`,
  String.raw`hooks\.slack\.com\/services\/[A-Za-z0-9/_-]{20,128}`,
  String.raw`discord(?:app)?\.com\/api\/webhooks\/\d{10,24}\/[A-Za-z0-9_-]{40,128}`,
  String.raw`(?<![\w-])(?:sk|rk|pk|whsec)_(?:live_|test_)?[A-Za-z0-9]{16,255}`,
  String.raw`(?<![\w-])SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,128}`,
  String.raw`(?<![\w-])(?:AC|SK)[a-f0-9]{32}(?![\w-])`,
  String.raw`(?<![\w:])\d{8,10}:AA[A-Za-z0-9_-]{33}(?![\w-])`,
  String.raw`(?<![\w-])[MNO][A-Za-z\d_-]{23,25}\.[A-Za-z\d_-]{6}\.[A-Za-z\d_-]{27,38}(?![\w-])`,
  String.raw`(?<![\w-])shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}`,
  String.raw`(?<![\w-])(?:key|pubkey)-[a-f0-9]{32}(?![\w-])`,
  String.raw`(?<![\w-])sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,64}`,
  // Tokens and keys of any issuer
  String.raw`(?<![\w-])eyJ[A-Za-z0-9_-]{8,2048}\.[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{0,1024}`,
  String.raw`-----BEGIN [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----END)[\s\S]){0,8192}(?:-----END [A-Z ]{0,32}PRIVATE KEY(?: BLOCK)?-----)?`,
  String.raw`Private-Lines: \d{1,3}\r?\n(?:[A-Za-z0-9+/=]{1,76}\r?\n?){1,64}`,
  String.raw`(?<![\w-])AGE-SECRET-KEY-1[A-Z0-9]{58}`,
  String.raw`(?<![A-Z0-9])S[UAONCX][A-Z2-7]{56}(?![A-Z0-9])`,
  String.raw`(?<![\w-])troupe_[a-z2-7]{12}_[A-Za-z0-9_-]{16,128}`,
];

/** The password in an address: `postgres://user:password@host`. */
const IN_ADDRESS = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{0,128}:([^\s@/]{2,256})@/gi;

/** What is behind the scheme: it begins with signs that few texts have. */
const PASSWORD = /:\/\/[^\s:/@]{0,128}:[^\s@/]{2,256}@/;

let patterns: AnchoredPatterns | undefined;

export const knownSecret: Detector = {
  rule: "secret.known",
  type: "SECRET",
  severity: "critical",
  reads: "plain",
  readsEncoded: true,
  find: (text) => [
    ...(patterns ??= new AnchoredPatterns(SOURCES)).find(text),
    ...(PASSWORD.test(text) ? matchesOf(text, IN_ADDRESS) : []).map(({ 0: whole, 1: password = "", index }) => {
      const end = index + whole.length - 1;
      return { start: end - password.length, end };
    }),
  ],
};
