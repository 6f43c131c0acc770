import { createHash, hash } from "node:crypto";
import { TroupeError } from "./errors.ts";

declare const brand: unique symbol;
type Branded<T extends string> = string & { readonly [brand]: T };

/** `<shard>-<version>-<26 base32 characters>`; stream and subjects follow from it. Unguessable: it is an anonymous client's capability. */
export type TaskId = Branded<"TaskId">;
/** 26 base32 characters (a 128-bit keyed hash), or `start` for the hop of the client. */
export type HopId = Branded<"HopId">;
/** 26 base32 characters: hash of tenant and the client's session name. */
export type SessionKey = Branded<"SessionKey">;
/** `v` and a positive number: one deployment of a system. */
export type Version = Branded<"Version">;

/** Hop token under which a client's message that starts a task is stored. */
export const START_HOP = "start" as HopId;

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
/** The text of a task id: shard, version, time and chance. */
export const TASK_ID: RegExp = /^(\d{1,3})-(v[1-9]\d{0,8})-([0-9a-hjkmnp-tv-z]{26})$/;
const TOKEN_26 = /^[0-9a-hjkmnp-tv-z]{26}$/;

/** Crockford base32, lower case, of the first 16 bytes: 26 characters. */
export function base32(bytes: Uint8Array): string {
  let text = "";
  // 26 characters hold 130 bits: the first two are zero.
  let bits = 2;
  let pending = 0;
  for (let i = 0; i < 16; i++) {
    pending = (pending << 8) | (bytes[i] ?? 0);
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET.charAt((pending >>> (bits - 5)) & 31);
    pending &= (1 << bits) - 1;
  }
  return text;
}

/** The parts of a task id. */
export interface TaskIdParts {
  readonly shard: number;
  readonly version: Version;
}

/** Builds a task id from 16 bytes of a UUIDv7 (time-ordered, 74 random bits). */
export function formatTaskId(shard: number, version: Version, uuid: Uint8Array): TaskId {
  return `${shard}-${version}-${base32(uuid)}` as TaskId;
}

/** Parts of a task id, or `undefined` when the text is none. */
export function parseTaskId(text: string): (TaskIdParts & { readonly id: TaskId }) | undefined {
  const match = TASK_ID.exec(text);
  if (!match) return undefined;
  return { id: text as TaskId, shard: Number(match[1]), version: match[2] as Version };
}

/** Same as {@link parseTaskId}, for text from outside. Throws `invalid_id`. */
export function requireTaskId(text: string): TaskIdParts & { readonly id: TaskId } {
  const parsed = parseTaskId(text);
  if (!parsed) throw new TroupeError("invalid_id", `not a task id: ${JSON.stringify(text.slice(0, 80))}`);
  return parsed;
}

/** Characters of a task id's last part that hold the 48 bits of its time. */
const TIME_LENGTH = 10;

/** When the door accepted a task, by its clock, ms since 1970: it stands in the id. */
export function acceptedAtMs(task: TaskId): number {
  let ms = 0;
  for (const letter of task.slice(task.lastIndexOf("-") + 1).slice(0, TIME_LENGTH)) {
    ms = ms * 32 + ALPHABET.indexOf(letter);
  }
  return ms;
}

export function isHopId(text: string): text is HopId {
  return text === START_HOP || TOKEN_26.test(text);
}

export function isSessionKey(text: string): text is SessionKey {
  return TOKEN_26.test(text);
}

export function isVersion(text: string): text is Version {
  return /^v[1-9]\d{0,8}$/.test(text);
}

/**
 * The id of the hop that runs a message: a 128-bit keyed hash of task, sender's hop and output index (DESIGN §4).
 * A `send` uses the receiver's key, `fan` and `call` the sender's, so nobody else can foresee or pre-empt the subject.
 */
export function hopId(key: Uint8Array, task: TaskId, parent: HopId, index: number): HopId {
  return base32(keyedHash(key, `${task}/${parent}/${index}`)) as HopId;
}

const BLOCK_BYTES = 64;
const padsOf = new WeakMap<Uint8Array, { readonly inner: Uint8Array; readonly outer: Buffer }>();

/** HMAC-SHA-256 of an ASCII text: what `createHmac` computes, in half of its time; it runs once a hop. */
function keyedHash(key: Uint8Array, text: string): Uint8Array {
  let pads = padsOf.get(key);
  if (!pads) padsOf.set(key, (pads = hmacPads(key)));
  const inner = Buffer.concat([pads.inner, Buffer.from(text, "latin1")]);
  pads.outer.write(hash("sha256", inner, "latin1"), BLOCK_BYTES, "latin1");
  return Buffer.from(hash("sha256", pads.outer, "latin1"), "latin1");
}

/** The key's two blocks of RFC 2104, the outer one with room for the inner digest. */
function hmacPads(key: Uint8Array): { readonly inner: Uint8Array; readonly outer: Buffer } {
  const block = Buffer.alloc(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? createHash("sha256").update(key).digest() : key);
  const outer = Buffer.alloc(BLOCK_BYTES + 32, 0x5c);
  for (const [i, byte] of block.entries()) outer[i] = byte ^ 0x5c;
  return { inner: block.map((byte) => byte ^ 0x36), outer };
}

/** The session token of a task without a session: its roles' durable state lives as long as the task. */
export function taskSessionKey(task: TaskId): SessionKey {
  return base32(createHash("sha256").update(task).digest()) as SessionKey;
}

/** The token of a session: hash of the tenant and the client's name for it, so nobody can name another tenant's session. */
export function sessionKey(tenant: string, name: string): SessionKey {
  return base32(createHash("sha256").update(`${tenant}\0${name}`).digest()) as SessionKey;
}

/** The shard of a session, the same for all its tasks. */
export function sessionShard(key: SessionKey, shards: number): number {
  return createHash("sha256").update(key).digest().readUInt32BE(0) % shards;
}
