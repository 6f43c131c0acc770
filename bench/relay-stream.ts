import { randomBytes } from "node:crypto";
import { type Link, mailboxDurable, type Subjects, streamSpecs } from "@troupe/runtime/internal";
import { createDurable, createStream } from "./jetstream-api.ts";
import { RELAY_ROLES, RELAY_VERSION } from "./relay.ts";

/**
 * A log stream with the relay's mailboxes, as the supervisor creates them, but for two settings: nothing is republished (events are
 * off), and it may be purged (between measurements).
 */
export async function createRelayStream(link: Link, subjects: Subjects): Promise<void> {
  const name = subjects.logStream(0);
  const spec = streamSpecs({ subjects }).find((stream) => stream.name === name);
  if (!spec) throw new Error(`the table of streams has no ${name}`);
  const { republish: _events, ...settings } = spec;
  await createStream(link, { ...settings, deny_purge: false });
  for (const role of RELAY_ROLES) {
    await createDurable(link, name, mailboxDurable({ subjects }, 0, RELAY_VERSION, role));
  }
}

/** Keys of hop ids, as a deployment carries them. */
export const relayHopKeys = (): Record<string, string> =>
  Object.fromEntries(RELAY_ROLES.map((role) => [role, randomBytes(32).toString("hex")]));
