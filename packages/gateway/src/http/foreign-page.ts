/**
 * Where nobody signs in, any page that a browser has open could use the gateway of the machine that it runs on: by a plain form, or under a
 * name that was pointed at 127.0.0.1 (DNS rebinding). Such requests are told by what browsers say of them. Pure.
 */
import { isIP } from "node:net";

export interface RequestOrigin {
  /** The `Host` header. */
  readonly host: string | undefined;
  /** The `Origin` header: browsers send it with everything that changes something, and across origins. */
  readonly origin: string | undefined;
  /** Address at which the connection came in. */
  readonly localAddress: string | undefined;
}

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/i;

const hostnameOf = (host: string): string | undefined => URL.parse(`http://${host}`)?.hostname;

/** Names that nobody else can point somewhere: addresses, and what is this machine by definition (RFC 6761). */
const isFixedName = (hostname: string): boolean =>
  isIP(hostname.replace(/^\[|\]$/g, "")) > 0 || hostname === "localhost" || hostname.endsWith(".localhost");

/** Why a request is one of somebody else's page, if it is. */
export function foreignPage({ host, origin, localAddress }: RequestOrigin): string | undefined {
  if (origin !== undefined && URL.parse(origin)?.host !== host) return "it comes from a page of another origin";
  if (localAddress === undefined || !LOOPBACK.test(localAddress) || host === undefined) return undefined;
  const hostname = hostnameOf(host);
  const isKnown = hostname !== undefined && isFixedName(hostname);
  return isKnown ? undefined : "it names this machine by a name that anybody can point at it";
}
