import type { Passport } from "@troupe/runtime/internal";

/** What is sent on with after a death. */
type Sending = Pick<Passport, "depth" | "taint" | "remainingMs">;

/**
 * The passport of a message that is sent after a hop has died of `code`: nobody waits for it, and over the hop limit, or in a circle, it has
 * a fresh stretch to get out. Pure.
 */
export const passportAfterDeath = (code: string, passport: Passport, { depth, ...sending }: Sending): Passport => ({
  ...passport,
  ...sending,
  index: 0,
  parent: undefined,
  wait: undefined,
  replyTo: undefined,
  depth: code === "hop_limit" ? 0 : depth,
  trail: code === "loop_detected" ? [] : passport.trail,
});
