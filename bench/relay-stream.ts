import { randomBytes } from "node:crypto";
import { DeliverPolicy } from "@nats-io/jetstream";
import { type Link, mailboxDurable, type Subjects, streamSpecs } from "@troupe/runtime/internal";
import { createDurable, createStream } from "./jetstream-api.ts";
import { RELAY_ROLES, RELAY_VERSION } from "./relay.ts";
import { writeFinishedTasks } from "./scale/write-finished-tasks.ts";

/**
 * A log stream with the relay's mailboxes, as the supervisor creates them, but for two settings: nothing is republished (events are
 * off), and it may be purged (between measurements). Optionally with what so many finished tasks have left in it.
 */
export async function createRelayStream(link: Link, subjects: Subjects, finishedTasks = 0): Promise<void> {
  const name = subjects.logStream(0);
  const spec = streamSpecs({ subjects }).find((stream) => stream.name === name);
  if (!spec) throw new Error(`the table of streams has no ${name}`);
  const { republish: _events, ...settings } = spec;
  await createStream(link, { ...settings, deny_purge: false });
  await writeFinishedTasks(link, subjects, finishedTasks);
  // Where the messages of finished tasks are acknowledged, as these count to be, a durable begins behind them.
  const start = finishedTasks === 0 ? {} : { deliver_policy: DeliverPolicy.New };
  for (const role of RELAY_ROLES) {
    await createDurable(link, name, { ...mailboxDurable({ subjects }, 0, RELAY_VERSION, role), ...start });
  }
}

/** Keys of hop ids, as a deployment carries them. */
export const relayHopKeys = (): Record<string, string> =>
  Object.fromEntries(RELAY_ROLES.map((role) => [role, randomBytes(32).toString("hex")]));
