import type { Clock } from "../clock.ts";
import type { Link } from "../nats/connection.ts";

/** Longer than the pauses that an election or a restart of a server makes. */
export const DISCONNECT_LIMIT_MS = 12_000;

/**
 * Calls `onGone` each time the link has been without a server for `limitMs`: by then others have the work, and effects that go on here
 * would only be repeated. Returns when the link is closed.
 */
export async function guardDisconnects(link: Link, clock: Clock, limitMs: number, onGone: () => void): Promise<void> {
  let absence: AbortController | undefined;
  for await (const status of link.nc.status()) {
    if (status.type === "disconnect" && absence === undefined) {
      absence = new AbortController();
      void callAfter(clock, limitMs, absence.signal, onGone);
    } else if (status.type === "reconnect") {
      absence?.abort();
      absence = undefined;
    }
  }
  absence?.abort();
}

async function callAfter(clock: Clock, ms: number, signal: AbortSignal, action: () => void): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch {
    return; // the link came back: the only way a sleep rejects
  }
  action();
}
