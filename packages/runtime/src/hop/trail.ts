/** The path's memory: which content crossed which edge, as short hashes. Pure. */
import { hash } from "node:crypto";

/** How many hashes a message hands down. */
const LENGTH = 16;
/** The same content over the same edge this often is a loop. */
const LOOP = 3;

/** Hash of one crossing: 48 bits are enough to tell the 16 of one path apart. */
export const crossing = (from: string, to: string, bodyJson: string): string =>
  hash("sha1", `${from}>${to}:${bodyJson}`, "base64url").slice(0, 8);

/** The trail of a child message. */
export const extend = (trail: readonly string[], step: string): readonly string[] => [...trail.slice(1 - LENGTH), step];

/** Whether the last crossing of a trail was made too often. */
export function isLoop(trail: readonly string[]): boolean {
  const last = trail.at(-1);
  return last !== undefined && trail.length >= LOOP && trail.filter((step) => step === last).length >= LOOP;
}
