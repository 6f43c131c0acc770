/** Takes secrets out of text that people and logs see: by what stands before them, and by how they begin. Pure. */

const MASKED = "[REDACTED]";

/** Words after which a secret stands: `api_key=…`, `"password": "…"`, `Token: …`. Numbers are none: they are counts. Bounded, so that no text makes it slow. */
const NAMED =
  /((?:api[_-]?key|password|passwd|secret|token|access[_-]?key|authorization)["']?\s{0,3}[=:]\s{0,3}["']?)(?!\[REDACTED\]|-?\d{1,20}(?:\.\d{1,20})?(?![\w-])|(?:true|false|null)\b)(?:(?:bearer|basic)\s{1,3})?[^\s"',;&(){}[\]\\]{3,4096}/gi;
/** `Bearer …`, wherever it stands. */
const BEARER = /\b(bearer\s{1,3})(?!\[REDACTED\])[A-Za-z0-9._~+/=-]{8,4096}/gi;
/** Secrets that tell what they are: keys of model providers, forges, clouds; NATS seeds; our own API keys; JWTs; keys in PEM. */
const KNOWN = [
  /\bsk-[A-Za-z0-9_-]{16,512}/g,
  /\b(?:gh[pousr]|github_pat)_[A-Za-z0-9_]{20,255}/g,
  /\bglpat-[A-Za-z0-9_-]{20,255}/g,
  /\bxox[abprs]-[A-Za-z0-9-]{10,255}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bAIza[A-Za-z0-9_-]{35}/g,
  /\bhf_[A-Za-z0-9]{30,64}/g,
  /\bS[UAONCX][A-Z2-7]{56}\b/g,
  /\btroupe_[a-z2-7]{12}_[A-Za-z0-9_-]{16,128}/g,
  /\beyJ[A-Za-z0-9_-]{8,2048}\.[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,1024}/g,
  /-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----[\s\S]{0,8192}?-----END [A-Z ]{0,32}PRIVATE KEY-----/g,
] as const;
/** The shortest text that any of them finds: `token=abc`. */
const SHORTEST = 9;
/** What each of them needs, looked for in one pass: hardly any text has it, and looking for all of them costs a dozen passes. */
const HINT =
  /key|passw|secret|token|authorization|bearer|sk-|gh[pousr]_|github_pat_|glpat-|xox|a[ks]ia|aiza|hf_|eyj|troupe_|s[uaoncx][a-z2-7]{8}/i;

/** The text with every secret that can be told as `[REDACTED]`; what stands before it stays, so that people see which one it was. */
export function maskSecrets(text: string): string {
  if (text.length < SHORTEST || !HINT.test(text)) return text;
  let masked = text.replace(NAMED, `$1${MASKED}`).replace(BEARER, `$1${MASKED}`);
  for (const pattern of KNOWN) masked = masked.replace(pattern, MASKED);
  return masked;
}

/** How deep values are looked into. */
const MAX_DEPTH = 6;

/** The same of every string in a JSON-like value, keys left as they are. What is deeper than six levels is left out. */
export function maskValue(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return maskSecrets(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= MAX_DEPTH) return "[…]";
  if (Array.isArray(value)) return value.map((entry) => maskValue(entry, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, maskValue(entry, depth + 1)]));
}
