/** What the gateway tells the audit: who was refused, and why. Callers are told less. */
import type { AuditEvent } from "@troupe/runtime/internal";

export type SecurityEvent = Extract<AuditEvent, { event: "login_failed" | "denied" | "rate_limited" }>;

export interface SecurityLog {
  /** Never throws and never waits. */
  record(event: SecurityEvent): void;
}

/** Values come from callers: what could end a line or colour a terminal is left out. */
export const printable = (text: string, longest = 200): string => text.replace(/[^\x20-\x7e]/g, "?").slice(0, longest);
