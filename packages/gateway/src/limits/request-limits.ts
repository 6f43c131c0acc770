/** Which limits a request counts against. Pure. */
import type { Principal } from "../auth/principal.ts";
import type { Limit } from "./rate-limiter.ts";

/** How much is let in; all gateways together, but for `openRequests`. */
export interface RequestLimits {
  /** Requests of one user in a minute; default 100. */
  readonly userPerMinute: number;
  /** Requests of all users of one tenant in a minute; default 1,000. */
  readonly tenantPerMinute: number;
  /** Requests without credentials from one address in a minute; default 10. */
  readonly anonymousPerMinute: number;
  /** Requests and streams that one user has open at one gateway; default 200. */
  readonly openRequests: number;
}

export const REQUEST_LIMITS: RequestLimits = {
  userPerMinute: 100,
  tenantPerMinute: 1_000,
  anonymousPerMinute: 10,
  openRequests: 200,
};

const MINUTE_MS = 60_000;

/** A limit, and the key that it is counted by. */
export interface Counted {
  readonly limit: Limit;
  readonly key: string;
}

const perMinute = (name: string, quota: number, key: string): Counted => ({
  limit: { name, quota, windowMs: MINUTE_MS },
  key,
});

/** Names of tenants and users may hold anything but control characters, so one between them keeps two pairs apart. */
export const callerName = ({ tenant, user }: Pick<Principal, "tenant" | "user">): string => `${tenant}\n${user}`;

/** The limits of a principal, the narrowest first. Several keys or tokens of one user share one quota. */
export function limitsOf(principal: Principal, limits: RequestLimits): readonly Counted[] {
  const { tenant, credential } = principal;
  if (credential.kind === "none") return [perMinute("anonymous", limits.anonymousPerMinute, callerName(principal))];
  return [
    perMinute("user", limits.userPerMinute, callerName(principal)),
    perMinute("tenant", limits.tenantPerMinute, tenant),
  ];
}
