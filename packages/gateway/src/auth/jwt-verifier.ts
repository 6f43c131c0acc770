import { type Clock, type Logger, messageOf, TroupeError } from "@troupe/runtime/internal";
import { type JWTVerifyOptions, jwtVerify } from "jose";
import { CLAIM_NAMES, type ClaimNames, principalOfClaims } from "./jwt-claims.ts";
import { type JwtKeySource, type JwtKeys, openJwtKeys } from "./jwt-keys.ts";
import type { Principal } from "./principal.ts";
import { VerifiedTokens } from "./verified-tokens.ts";

export interface JwtSettings {
  readonly keys: JwtKeySource;
  /** Tokens of anybody else are refused. */
  readonly issuer: string;
  /** Tokens for anybody else are refused. */
  readonly audience: string;
  /** How far the issuer's clock may be off, ms; default 30,000. */
  readonly clockToleranceMs?: number | undefined;
  readonly claims?: Partial<ClaimNames> | undefined;
}

/** What a token is worth: its bearer, or why it is refused. */
export type TokenVerdict =
  | { readonly ok: true; readonly principal: Principal }
  | { readonly ok: false; readonly reason: string };

const LONGEST_TOKEN = 8_192;
const CLOCK_TOLERANCE_MS = 30_000;
const TYPES = new Set(["jwt", "at+jwt", "application/at+jwt"]);
/** Keys that a token brings or names itself are no keys (RFC 8725, 3.5 and 3.10). */
const FOREIGN_KEYS = ["jwk", "jku", "x5u", "x5c"];

/**
 * Verifies tokens by RFC 8725: algorithms pinned by the kind of key, issuer, audience and times (by the machine's clock) always checked, no
 * key from the token.
 */
export class JwtVerifier {
  readonly #keys: JwtKeys;
  readonly #options: JWTVerifyOptions;
  readonly #names: ClaimNames;
  readonly #verified: VerifiedTokens;

  private constructor(keys: JwtKeys, settings: JwtSettings, clock: Clock) {
    const { issuer, audience, clockToleranceMs = CLOCK_TOLERANCE_MS, claims = {} } = settings;
    this.#keys = keys;
    this.#verified = new VerifiedTokens(clock);
    this.#names = { ...CLAIM_NAMES, ...claims };
    this.#options = {
      algorithms: [...keys.algorithms],
      issuer,
      audience,
      clockTolerance: clockToleranceMs / 1_000,
      requiredClaims: ["exp", "sub"],
    };
  }

  /** Throws `invalid_config`. */
  static async open(settings: JwtSettings, ports: { clock: Clock; logger: Logger }): Promise<JwtVerifier> {
    return new JwtVerifier(await openJwtKeys(settings.keys, ports), settings, ports.clock);
  }

  /** Throws `unavailable` when the issuer's keys are not known and cannot be read: that says nothing of the token. */
  async verify(token: string): Promise<TokenVerdict> {
    if (token.length > LONGEST_TOKEN) return { ok: false, reason: "too long" };
    const known = this.#verified.find(token);
    if (known) return { ok: true, principal: known };
    const verdict = await this.#judge(token);
    if (verdict.ok) this.#verified.keep(token, verdict.principal);
    return verdict;
  }

  stop(): void {
    this.#keys.stop();
  }

  async #judge(token: string): Promise<TokenVerdict> {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, this.#keys.key, this.#options);
      const { typ } = protectedHeader;
      if (typ !== undefined && !TYPES.has(typ.toLowerCase())) return { ok: false, reason: "another type of token" };
      if (FOREIGN_KEYS.some((name) => name in protectedHeader)) return { ok: false, reason: "brings its own key" };
      return principalOfClaims(payload, this.#names);
    } catch (error) {
      if (TroupeError.is(error, "unavailable")) throw error;
      return { ok: false, reason: messageOf(error) };
    }
  }
}
