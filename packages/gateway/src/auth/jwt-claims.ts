/** What a verified token says of its bearer. Pure. */
import { z } from "zod";
import { PrincipalName } from "./api-key.ts";
import { PERMISSION_NAMES, type Permission, permissionsOf } from "./permission.ts";
import type { Principal } from "./principal.ts";

/** Names of the claims, as the issuer writes them. */
export interface ClaimNames {
  /** Default `tenant`. */
  readonly tenant: string;
  /** Default `roles`: access roles, a list or a text with spaces. */
  readonly roles: string;
}

export const CLAIM_NAMES: ClaimNames = { tenant: "tenant", roles: "roles" };

/** A list of words, or one text with spaces between them, as OAuth writes scopes. */
const Words = z
  .union([z.array(z.string().max(128)).max(64), z.string().max(4_096)])
  .transform((words) => (typeof words === "string" ? words.split(" ") : words));

const Claims = z.looseObject({
  sub: PrincipalName,
  exp: z.number(),
  jti: z.string().max(256).optional(),
  scope: Words.optional(),
});

/** The bearer, or why the claims name nobody. Access roles and scopes that we do not know stand for nothing. */
export function principalOfClaims(
  claims: Readonly<Record<string, unknown>>,
  names: ClaimNames,
): { readonly ok: true; readonly principal: Principal } | { readonly ok: false; readonly reason: string } {
  const parsed = Claims.safeParse(claims);
  if (!parsed.success) return { ok: false, reason: "no usable `sub`, `exp`, `jti` or `scope`" };
  const own = (name: string): unknown => (Object.hasOwn(claims, name) ? claims[name] : undefined);
  const tenant = PrincipalName.safeParse(own(names.tenant));
  if (!tenant.success) return { ok: false, reason: `no usable \`${names.tenant}\`` };
  const roles = Words.optional().safeParse(own(names.roles));
  if (!roles.success) return { ok: false, reason: `no usable \`${names.roles}\`` };
  const { sub, exp, jti, scope = [] } = parsed.data;
  const permissions = new Set<Permission>([
    ...permissionsOf(roles.data ?? []),
    ...PERMISSION_NAMES.filter((name) => scope.includes(name)),
  ]);
  const credential = { kind: "jwt", id: jti ?? sub } as const;
  const expiresAtMs = exp * 1_000;
  return {
    ok: true,
    principal: { tenant: tenant.data, user: sub, permissions, credential, expiresAtMs, isWalled: true },
  };
}
