/** Who decides on an approval, as far as it is proven. Pure. */
import { TroupeError } from "@troupe/runtime/internal";
import { z } from "zod";
import type { Principal } from "../auth/principal.ts";
import type { Caller } from "../task/task-api.ts";

/** Somebody who may decide, if the approval says nothing against it. */
export interface Approver {
  /** By what the approval knows the person: the user's name, or `nats:<account>/<user>`. */
  readonly name: string;
  /** How that is known. `nobody`: it is not, nobody signs in here. */
  readonly proof: "http" | "nats" | "nobody";
  /** Whose tasks it sees. */
  readonly caller: Caller;
}

/** A caller over HTTP, whose permission the guard has checked. */
export const httpApprover = ({ user, credential }: Principal, caller: Caller): Approver => ({
  name: user,
  proof: credential.kind === "none" ? "nobody" : "http",
  caller,
});

/** The server's own words on who asks, where an import of a service says so. */
const WHO_HEADER = "Nats-Request-Info";
const RequestInfo = z.object({ acc: z.string().min(1).max(128), user: z.string().min(1).max(128) });

export interface NatsApprovers {
  /** Whether the server has accounts and tells who asks. */
  readonly hasAccounts: boolean;
  readonly caller: Caller;
}

/**
 * Who asks over NATS. The header is the server's: it takes the place of one that the request brings, and is believed only where the server
 * has accounts. Throws `forbidden` when it is missing, twice there, or does not parse: then nobody proves who asks.
 */
export function natsApprover(
  headers: { values(key: string): readonly string[] } | undefined,
  { hasAccounts, caller }: NatsApprovers,
): Approver {
  if (!hasAccounts) return { name: "nats", proof: "nobody", caller };
  const told = headers?.values(WHO_HEADER) ?? [];
  const info = told.length === 1 ? readInfo(told[0] ?? "") : undefined;
  if (info === undefined) throw new TroupeError("forbidden", "the NATS server does not say who asks");
  return { name: `nats:${info.acc}/${info.user}`, proof: "nats", caller };
}

function readInfo(text: string): z.infer<typeof RequestInfo> | undefined {
  try {
    return RequestInfo.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // not JSON: then it is not the server's
  }
}
