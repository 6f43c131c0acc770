/**
 * Seals a body so that it opens with its key and under its subject only. AES-256-GCM with 24 random bytes a body: half of them derive the
 * body's own key (HKDF-SHA256), half are the nonce, so that no number of bodies under one key wears it out (as XAES-256-GCM does). Pure.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from "node:crypto";
import type { BodyEncoding, EncodedBody } from "../codec/body.ts";
import type { SealedBody } from "../contracts/sealed-body.ts";
import { TroupeError } from "../errors.ts";
import type { ScopeKeys } from "./key-ring.ts";

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 24;
const HALF = NONCE_BYTES / 2;
const TAG_BYTES = 16;
/** 9 bytes are 12 characters, more than the trail keeps of a hash. */
const CONTENT_TAG_CHARACTERS = 12;

export interface Sealing {
  readonly keys: ScopeKeys;
  /** The subject that the body will be recorded under. */
  readonly subject: string;
  /** Set for messages between roles: bodies of the same content get the same tag for the same crossing. */
  readonly crossing?: string | undefined;
  /** 24 unpredictable bytes. */
  readonly nonce: Uint8Array;
}

/** JSON text of the sealed body. */
export function sealBody({ encoding, bytes }: EncodedBody, { keys, subject, crossing, nonce }: Sealing): string {
  const key = keyOf(keys, keys.current);
  if (nonce.length !== NONCE_BYTES) throw new TroupeError("invariant_violated", "a nonce has 24 bytes");
  const cipher = createCipheriv(CIPHER, bodyKey(key, nonce), nonce.subarray(HALF), { authTagLength: TAG_BYTES });
  cipher.setAAD(associated(subject, encoding));
  const data = Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  const $sealed: SealedBody["$sealed"] = {
    key: keys.current,
    ...(crossing === undefined ? {} : { tag: contentTag(key, crossing, bytes) }),
    nonce: Buffer.from(nonce).toString("base64url"),
    data: data.toString("base64url"),
    ...(encoding === "msgpack" ? { encoding } : {}),
  };
  return JSON.stringify({ $sealed } satisfies SealedBody);
}

/**
 * The body as it was sealed. Throws `unavailable` when the key is not there (it may come), `malformed_record` when the body was altered,
 * or was sealed for another subject or another pair of roles.
 */
export function openBody({ $sealed }: SealedBody, keys: ScopeKeys, subject: string): EncodedBody {
  const key = keyOf(keys, $sealed.key);
  const nonce = Buffer.from($sealed.nonce, "base64url");
  const data = Buffer.from($sealed.data, "base64url");
  const encoding: BodyEncoding = $sealed.encoding ?? "json";
  try {
    const decipher = createDecipheriv(CIPHER, bodyKey(key, nonce), nonce.subarray(HALF), { authTagLength: TAG_BYTES });
    decipher.setAAD(associated(subject, encoding));
    decipher.setAuthTag(data.subarray(-TAG_BYTES));
    return { encoding, bytes: Buffer.concat([decipher.update(data.subarray(0, -TAG_BYTES)), decipher.final()]) };
  } catch {
    // What the library says of it tells nothing, and must tell nothing.
    const details = { subject, key: $sealed.key };
    throw new TroupeError("malformed_record", "it was altered, or was sealed for another place", { details });
  }
}

function keyOf({ keys }: ScopeKeys, id: string): Uint8Array {
  const key = keys.get(id);
  if (key !== undefined) return key;
  throw new TroupeError("unavailable", `the encryption key ${id} is not here: add it to the key ring`, {
    details: { key: id },
  });
}

const bodyKey = (key: Uint8Array, nonce: Uint8Array): Uint8Array =>
  new Uint8Array(hkdfSync("sha256", key, nonce.subarray(0, HALF), "body", 32));

const associated = (subject: string, encoding: BodyEncoding): Uint8Array => Buffer.from(`${encoding} ${subject}`);

const contentTag = (key: Uint8Array, crossing: string, bytes: Uint8Array): string =>
  createHmac("sha256", key)
    .update(`crossing ${crossing}\n`)
    .update(bytes)
    .digest("base64url")
    .slice(0, CONTENT_TAG_CHARACTERS);
