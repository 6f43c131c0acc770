import type { JwtSettings } from "./jwt-verifier.ts";

/** Who has to sign in. Without these settings nobody does, as on a developer's own machine. */
export interface AuthSettings {
  /** Whether callers without credentials may talk to agents; default no. */
  readonly letsAnonymousIn?: boolean | undefined;
  /** Absent: API keys alone are taken. */
  readonly jwt?: JwtSettings | undefined;
  /** Failed attempts of one address, or with one key, in five minutes, over all gateways; default 20. */
  readonly failuresAllowed?: number | undefined;
}
