/** Who sent a request: its credentials, checked. The caller is told that they are not valid, the audit is told why. */
import { type Clock, parseTimeMs, TroupeError } from "@troupe/runtime/internal";
import { type ApiKey, judgeApiKey, KEY_PREFIX, parseApiKey } from "./api-key.ts";
import type { JwtVerifier } from "./jwt-verifier.ts";
import type { LoginThrottle } from "./login-throttle.ts";
import { permissionsOf } from "./permission.ts";
import { anonymous, type Principal } from "./principal.ts";
import { printable, type SecurityLog } from "./security-log.ts";

/** What a request brings. */
export interface Presented {
  readonly authorization: string | undefined;
  /** The `X-API-Key` header. */
  readonly apiKey: string | undefined;
  /** Where it comes from. */
  readonly address: string;
}

export interface AuthenticatorPorts {
  readonly findKey: (id: string) => ApiKey | undefined;
  /** Absent: tokens are not taken. */
  readonly jwt?: Pick<JwtVerifier, "verify"> | undefined;
  /** Whether callers without credentials are let in as anonymous. */
  readonly letsAnonymousIn: boolean;
  readonly throttle: Pick<LoginThrottle, "retryAfterMs" | "failed">;
  readonly log: SecurityLog;
  readonly clock: Clock;
}

const LONGEST_CREDENTIAL = 10_000;
const BEARER = /^Bearer +(\S+)$/i;

type Verdict = { readonly ok: true; readonly principal: Principal } | { readonly ok: false; readonly reason: string };

export class Authenticator {
  readonly #ports: AuthenticatorPorts;

  constructor(ports: AuthenticatorPorts) {
    this.#ports = ports;
  }

  /**
   * The principal of a request. Throws `unauthorized` with the same words whatever is wrong, `rate_limited` for who tried too often, and
   * `unavailable` when the issuer's keys cannot be read.
   */
  async authenticate(presented: Presented): Promise<Principal> {
    const { throttle, letsAnonymousIn } = this.#ports;
    const { authorization, apiKey, address } = presented;
    if (authorization === undefined && apiKey === undefined) {
      if (letsAnonymousIn) return anonymous(address);
      throw unauthorized();
    }
    const verdict = await this.#judge(authorization, apiKey);
    if (verdict.ok) return verdict.principal;
    // Others may share the address: a credential that is good gets in, and one that is not is neither noted nor counted once more.
    const retryAfterMs = throttle.retryAfterMs(address);
    if (retryAfterMs > 0) throw tooManyFailures(retryAfterMs);
    const waitMs = this.#refuse(presented, verdict.reason);
    throw waitMs > 0 ? tooManyFailures(waitMs) : unauthorized();
  }

  /** Whether a principal that was recognised earlier still would be. */
  isStillGood({ credential, expiresAtMs }: Principal): boolean {
    const { findKey, clock } = this.#ports;
    if (expiresAtMs !== undefined && expiresAtMs <= clock.nowMs()) return false;
    if (credential.kind !== "api_key") return true;
    const row = findKey(credential.id);
    return row !== undefined && row.revokedAt === undefined;
  }

  async #judge(authorization: string | undefined, apiKey: string | undefined): Promise<Verdict> {
    const bearer =
      authorization === undefined ? undefined : BEARER.exec(authorization.slice(0, LONGEST_CREDENTIAL))?.[1];
    if (authorization !== undefined && bearer === undefined) return refused("no bearer token");
    // Two that differ: whichever were taken, somebody else may have checked the other.
    if (bearer !== undefined && apiKey !== undefined && bearer !== apiKey) return refused("two different credentials");
    const credential = bearer ?? apiKey ?? "";
    if (credential.startsWith(KEY_PREFIX)) return this.#judgeKey(credential);
    const { jwt } = this.#ports;
    return jwt && bearer !== undefined ? jwt.verify(bearer) : refused("no credential that is taken here");
  }

  #judgeKey(text: string): Verdict {
    const parsed = parseApiKey(text);
    const row = parsed && this.#ports.findKey(parsed.id);
    const verdict = judgeApiKey(row, parsed?.secret ?? "", this.#ports.clock.nowMs());
    if (!row || verdict !== "valid") return refused(`API key ${parsed?.id ?? "of another form"}: ${verdict}`);
    const { tenant, user, roles, id, expiresAt } = row;
    const credential = { kind: "api_key", id } as const;
    const ending = expiresAt === undefined ? {} : { expiresAtMs: parseTimeMs(expiresAt) };
    const permissions = permissionsOf(roles);
    return { ok: true, principal: { tenant, user, permissions, credential, ...ending, isWalled: true } };
  }

  #refuse({ address, authorization, apiKey }: Presented, reason: string): number {
    const { throttle, log } = this.#ports;
    const claimed = /troupe_[a-z2-7]{12}/.exec(apiKey ?? authorization ?? "")?.[0];
    const who = { host: printable(address, 128), ...(claimed === undefined ? {} : { claimed }) };
    log.record({ event: "login_failed", who, reason: printable(reason) });
    return throttle.failed(address, claimed);
  }
}

const refused = (reason: string): Verdict => ({ ok: false, reason });

const unauthorized = (): TroupeError => new TroupeError("unauthorized", "no valid credentials");

const tooManyFailures = (retryAfterMs: number): TroupeError =>
  new TroupeError("rate_limited", "too many failed attempts to sign in from this address, or with this key", {
    details: { retry_after_ms: Math.ceil(retryAfterMs) },
  });
