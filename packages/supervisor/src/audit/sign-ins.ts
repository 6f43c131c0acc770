import {
  AUTH_ERROR_EVENTS,
  type AuditEvent,
  CONNECT_EVENTS,
  derivedAuditId,
  type Link,
  type Logger,
  messageOf,
  parseTimeMs,
} from "@troupe/runtime/internal";
import { z } from "zod";
import { jsonBody } from "../observer/json-body.ts";
import type { AuditTrail } from "./audit-trail.ts";

const text = z.string().max(4_096).optional();
/** What is read of the server's events. */
const SignIn = z.object({
  id: z.string().min(1).max(128),
  timestamp: text,
  server: z.object({ id: z.string().max(256) }),
  client: z.object({ acc: text, user: text, name: text, host: text }),
  reason: text,
});

/**
 * Puts every sign-in of any server of the cluster, and every failed one, into the audit. All supervisors do, so that no change of the leader
 * loses one; the server's own id of the event makes them one entry. On a server without the system's accounts none is ever told.
 * Returns how to stop it.
 */
export function auditSignIns(link: Link, logger: Logger, audit: Pick<AuditTrail, "note">): () => void {
  const listen = (subject: string, isRefused: boolean) =>
    link.nc.subscribe(subject, {
      callback: (error, message) => {
        try {
          if (error) throw error;
          const { event, id, atMs } = readSignIn(jsonBody(message.data), isRefused);
          audit.note(event, { id, ...(atMs > 0 ? { atMs } : {}) });
        } catch (thrown) {
          logger.warn({ reason: messageOf(thrown) }, "a sign-in that the server told of is not in the audit");
        }
      },
    });
  const subscriptions = [listen(CONNECT_EVENTS, false), listen(AUTH_ERROR_EVENTS, true)];
  return () => {
    for (const subscription of subscriptions) subscription.unsubscribe();
  };
}

/** What an event of the server comes to. Throws when it is none. */
export function readSignIn(
  body: unknown,
  isRefused: boolean,
): { readonly event: AuditEvent; readonly id: string; readonly atMs: number } {
  const { id, timestamp = "", server, client, reason } = SignIn.parse(body);
  const [, version, role] = /^R_(v\d+)_(.+)$/.exec(client.acc ?? "") ?? [];
  const who = {
    ...(client.acc ? { account: client.acc.slice(0, 128) } : {}),
    ...(client.user ? { user: client.user.slice(0, 256) } : {}),
    ...(client.name ? { claimed: client.name.slice(0, 256) } : {}),
    ...(client.host ? { host: client.host.slice(0, 128) } : {}),
    ...(version !== undefined && role !== undefined ? { version, role: role.slice(0, 128) } : {}),
  };
  return {
    event: isRefused
      ? { event: "login_failed", who, reason: (reason ?? "refused").slice(0, 1_000) }
      : { event: "login", who },
    id: derivedAuditId("sign-in", server.id, id),
    atMs: parseTimeMs(timestamp),
  };
}
