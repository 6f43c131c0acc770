/** API keys: what a caller holds, and what is kept of it. The secret itself is stored nowhere. Pure. */
import { createHash, timingSafeEqual } from "node:crypto";
import { parseTimeMs, type Random, rfc3339 } from "@troupe/runtime/internal";
import { z } from "zod";
import { ACCESS_ROLE_NAMES, type AccessRole } from "./permission.ts";

/** A tenant or a user, as tasks, sessions and limits name them. */
export const PrincipalName = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]+$/u, "must hold no control characters");

/** What is stored of a key: a hash of its secret, and whose it is. */
export const ApiKey = z.strictObject({
  v: z.literal(1),
  id: z.string().regex(/^[a-z2-7]{12}$/, "an API key's id"),
  /** SHA-256 of the secret, in hexadecimal. The secret has 256 random bits, so nothing slower is needed. */
  hash: z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256"),
  name: z.string().max(128),
  tenant: PrincipalName,
  user: PrincipalName,
  roles: z.array(z.enum(ACCESS_ROLE_NAMES)).min(1),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().optional(),
  revokedAt: z.iso.datetime().optional(),
});
export type ApiKey = z.infer<typeof ApiKey>;

export interface NewApiKey {
  readonly name: string;
  readonly tenant: string;
  readonly user: string;
  readonly roles: readonly AccessRole[];
  /** From now on; absent = until it is revoked. */
  readonly lifetimeMs?: number | undefined;
}

const SECRET_BYTES = 32;
const ID_LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
const FORM = /^troupe_([a-z2-7]{12})_([A-Za-z0-9_-]{43})$/;
/** How every key begins, so that scanners find one that was published by mistake. */
export const KEY_PREFIX = "troupe_";

/** A new key: what to store, and the text that its owner is shown once. */
export function newApiKey(
  { name, tenant, user, roles, lifetimeMs }: NewApiKey,
  { random, nowMs }: { readonly random: Random; readonly nowMs: number },
): { readonly row: ApiKey; readonly text: string } {
  const id = [...random.bytes(12)].map((byte) => ID_LETTERS[byte % ID_LETTERS.length]).join("");
  const secret = Buffer.from(random.bytes(SECRET_BYTES)).toString("base64url");
  const row = ApiKey.parse({
    v: 1,
    id,
    hash: hashOf(secret).toString("hex"),
    name,
    tenant,
    user,
    roles: [...new Set(roles)],
    createdAt: rfc3339(nowMs),
    ...(lifetimeMs === undefined ? {} : { expiresAt: rfc3339(nowMs + lifetimeMs) }),
  });
  return { row, text: `${KEY_PREFIX}${id}_${secret}` };
}

/** The two halves of a key's text; `undefined` when it is none. */
export function parseApiKey(text: string): { readonly id: string; readonly secret: string } | undefined {
  const [, id, secret] = FORM.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/** What a key is worth now. */
export type KeyVerdict = "valid" | "unknown" | "revoked" | "expired";

/** Judges a secret. Takes the same time whether the key exists or not. */
export function judgeApiKey(row: ApiKey | undefined, secret: string, nowMs: number): KeyVerdict {
  const isRight = timingSafeEqual(hashOf(secret), row ? Buffer.from(row.hash, "hex") : NOBODY);
  if (!row || !isRight) return "unknown";
  if (row.revokedAt !== undefined) return "revoked";
  return row.expiresAt !== undefined && parseTimeMs(row.expiresAt) <= nowMs ? "expired" : "valid";
}

const hashOf = (secret: string): Buffer => createHash("sha256").update(secret).digest();
/** Stands in for the hash of a key that does not exist. */
const NOBODY = Buffer.alloc(32);
