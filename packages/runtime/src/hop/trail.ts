/** The path's memory: which content crossed which edge, as short hashes. Pure. */
import { hash } from "node:crypto";

/** A sealed body is another one each time; the keyed hash in it tells its content. */
const SEALED = '{"$sealed":';
const CONTENT_TAG = /^\{"\$sealed":\{"key":"[a-z0-9-]{1,64}","tag":"([\w-]{12})"/;

/** How many hashes a message hands down. */
const LENGTH = 16;
/** The same content over the same edge this often is a loop. */
const LOOP = 3;

/** Hash of one crossing: 48 bits are enough to tell the 16 of one path apart. */
export const crossing = (from: string, to: string, bodyJson: string): string =>
  hash("sha1", `${from}>${to}:${contentOf(bodyJson)}`, "base64url").slice(0, 8);

const contentOf = (bodyJson: string): string =>
  bodyJson.startsWith(SEALED) ? (CONTENT_TAG.exec(bodyJson)?.[1] ?? bodyJson) : bodyJson;

/** The trail of a child message. */
export const extend = (trail: readonly string[], step: string): readonly string[] => [...trail.slice(1 - LENGTH), step];

/** Whether the last crossing of a trail was made too often. */
export function isLoop(trail: readonly string[]): boolean {
  const last = trail.at(-1);
  return last !== undefined && trail.length >= LOOP && trail.filter((step) => step === last).length >= LOOP;
}
