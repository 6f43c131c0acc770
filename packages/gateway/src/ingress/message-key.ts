import { type ServiceRequest, TroupeError } from "@troupe/runtime/internal";

const LONGEST_KEY = 256;

/** The idempotency key of a NATS message: its `Nats-Msg-Id`, or `Idempotency-Key`. Throws `invalid_request` for one that is too long. */
export function messageKey(headers: ServiceRequest["headers"]): string | undefined {
  const key = headers?.get("Nats-Msg-Id") || headers?.get("Idempotency-Key");
  if (!key) return undefined;
  if (key.length <= LONGEST_KEY) return key;
  throw new TroupeError("invalid_request", `the idempotency key must have at most ${LONGEST_KEY} characters`);
}
