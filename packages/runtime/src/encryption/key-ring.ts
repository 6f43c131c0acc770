/** The keys that stored bodies are encrypted with: one to write with, older ones to read with. Pure. */
import { hkdfSync } from "node:crypto";
import { z } from "zod";
import { rfc3339 } from "../clock.ts";
import { KeyId } from "../contracts/sealed-body.ts";
import { messageOf, TroupeError } from "../errors.ts";

const KEY_BYTES = 32;
const Secret = z
  .base64url()
  .refine((text) => Buffer.from(text, "base64url").length === KEY_BYTES, "no key of 32 bytes");

/** The file of a key ring. */
export const KeyRing = z
  .strictObject({
    v: z.literal(1),
    /** The key that new bodies are sealed with. */
    current: KeyId,
    keys: z.record(KeyId, z.strictObject({ secret: Secret, createdAt: z.iso.datetime() })),
  })
  .refine(({ current, keys }) => Object.hasOwn(keys, current), { path: ["current"], error: "is none of the keys" });
export type KeyRing = z.infer<typeof KeyRing>;

/** Throws `invalid_config` that says where, and never what stands there. */
export function parseKeyRing(text: string, file: string): KeyRing {
  try {
    return KeyRing.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : "it is no JSON";
    throw new TroupeError("invalid_config", `the encryption keys in ${file} cannot be used: ${why}`);
  }
}

export const formatKeyRing = (ring: KeyRing): string => `${JSON.stringify(ring, undefined, 2)}\n`;

/** Where new key material comes from. */
interface Source {
  readonly nowMs: number;
  /** At least 36 unpredictable bytes. */
  readonly bytes: Uint8Array;
}

/** A key with its id: the day on which it was made, and what tells it from others of that day. */
function newKey({ nowMs, bytes }: Source): { readonly id: string; readonly key: KeyRing["keys"][string] } {
  const createdAt = rfc3339(nowMs);
  const id = `${createdAt.slice(0, 10)}-${Buffer.from(bytes.subarray(KEY_BYTES, KEY_BYTES + 4)).toString("hex")}`;
  return { id, key: { secret: Buffer.from(bytes.subarray(0, KEY_BYTES)).toString("base64url"), createdAt } };
}

/** A ring of one key. */
export function newKeyRing(source: Source): KeyRing {
  const { id, key } = newKey(source);
  return { v: 1, current: id, keys: { [id]: key } };
}

/** The ring with one more key; `isCurrent`: new bodies are sealed with it from now on. */
export function withNewKey(ring: KeyRing, source: Source, isCurrent: boolean): { ring: KeyRing; id: string } {
  const { id, key } = newKey(source);
  return { id, ring: { v: 1, current: isCurrent ? id : ring.current, keys: { ...ring.keys, [id]: key } } };
}

/** The ring that writes with this key of its own. Throws `invalid_request`. */
export function withCurrent(ring: KeyRing, id: string): KeyRing {
  requireKey(ring, id);
  return { ...ring, current: id };
}

/** The ring without a key: what was sealed with it can never be read again. Throws `invalid_request`, `conflict` for the current one. */
export function withoutKey(ring: KeyRing, id: string): KeyRing {
  requireKey(ring, id);
  if (ring.current === id)
    throw new TroupeError("conflict", `${id} is the key that bodies are sealed with: rotate first`);
  return { ...ring, keys: Object.fromEntries(Object.entries(ring.keys).filter(([other]) => other !== id)) };
}

function requireKey({ keys }: KeyRing, id: string): void {
  if (Object.hasOwn(keys, id)) return;
  const known = Object.keys(keys).join(", ");
  throw new TroupeError("invalid_request", `there is no key ${JSON.stringify(id)}; there are: ${known}`);
}

/** The keys of one scope: what a role is given, never the ring itself. */
export interface ScopeKeys {
  readonly current: string;
  readonly keys: ReadonlyMap<string, Uint8Array>;
}

/** What one role keeps for itself: its journal, its state, its progress. */
export const ownScope = (role: string): string => `own/${role}`;
/** What two neighbours of the graph send each other, `client` and `human` among them. */
export const edgeScope = (one: string, other: string): string => `edge/${[one, other].toSorted().join("/")}`;

/** Values that one role has taken out of texts: for that role, and for those that get them back. */
export const takenScope = (role: string): string => `taken/${role}`;

/** The ring's keys for one scope of a system: HKDF, so that nobody gets from them to those of another, or to the ring. */
export function scopeKeys({ current, keys }: KeyRing, system: string, scope: string): ScopeKeys {
  const derived = Object.entries(keys).map(([id, { secret }]) => [id, derive(secret, system, scope)] as const);
  return { current, keys: new Map(derived) };
}

function derive(secret: string, system: string, scope: string): Uint8Array {
  try {
    const info = `troupe/1/${system}/${scope}`;
    return new Uint8Array(hkdfSync("sha256", Buffer.from(secret, "base64url"), "", info, KEY_BYTES));
  } catch (cause) {
    throw new TroupeError("invariant_violated", `no key of ${scope} could be made: ${messageOf(cause)}`, { cause });
  }
}
