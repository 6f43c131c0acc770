import {
  ASKED_BY_HEADER,
  type AuditEvent,
  type AuditWho,
  decodeJson,
  type ServiceRequest,
} from "@troupe/runtime/internal";
import { z } from "zod";

/** Longest request that goes into its entry as it is, bytes. */
const DETAILS_BYTES = 4_096;
/** Where a request names what it is about. */
const ABOUT = ["role", "node", "replica", "target"] as const;
const Details = z.record(z.string().max(64), z.json());

/** Who asks. Only users of CORE can; which person it is, is what they say. */
export function askedBy({ headers }: Pick<ServiceRequest, "headers">): AuditWho {
  const claimed = headers?.get(ASKED_BY_HEADER).slice(0, 256);
  return { account: "CORE", ...(claimed ? { claimed } : {}) };
}

/** The audit's entry for a verb that an operator calls. Pure: what the request says is part of it, whether or not it makes sense. */
export function operatorAct(verb: string, request: Pick<ServiceRequest, "headers" | "body">): AuditEvent {
  const json = request.body.length > DETAILS_BYTES ? undefined : decodeJson(request.body);
  const details = json?.ok ? Details.safeParse(json.value) : undefined;
  const about = details?.success
    ? ABOUT.map((name) => details.data[name]).find((value) => value !== undefined)
    : undefined;
  return {
    event: "operator_act",
    who: askedBy(request),
    act: verb,
    about: typeof about === "string" ? about.slice(0, 1_000) : "",
    details: details?.success ? details.data : { bytes: request.body.length },
  };
}
