/** Where this process may be made to send requests by what others say: never back into its own network, unless an operator named the host. */
import { lookup as resolve } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { TroupeError } from "../errors.ts";
import { isPublicAddress } from "./public-address.ts";

/** The host of a URL as rules name it: lower case, no brackets. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, "").toLowerCase();

/**
 * Reads an address. `privateHosts` are those whose addresses may be private and that may be reached without TLS. Throws `forbidden` with why
 * for what no request will ever be sent to; a name is judged once more, by {@link guardedLookup}, where it is resolved.
 */
export function requireDestination(url: string, privateHosts: readonly string[] = []): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) throw refuse("not an http or https URL");
  if (parsed.username !== "" || parsed.password !== "") throw refuse("a password does not belong into its URL");
  const host = hostOf(parsed);
  if (privateHosts.includes(host)) return parsed;
  if (parsed.protocol === "http:") throw refuse(`${host}: only https, or allow the host by name`);
  if (isIP(host) !== 0 && !isPublicAddress(host)) {
    throw refuse(`${host} is a private address; allow it by name if it is meant`);
  }
  return parsed;
}

/**
 * Resolves a name for one connection and judges what comes out, so that a name cannot point elsewhere in between. The connection fails with
 * `forbidden` for a private address.
 */
export const guardedLookup =
  (isPrivateAllowed: boolean): LookupFunction =>
  (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, "", 0);
      const inside = addresses.find(({ address }) => !isPrivateAllowed && !isPublicAddress(address));
      const [first] = addresses;
      if (inside || !first) return done(refuse(`${hostname} is ${inside?.address ?? "nowhere"}: not sent`), "", 0);
      return options.all === true ? done(null, addresses) : done(null, first.address, first.family);
    });
  };

const refuse = (why: string): TroupeError => new TroupeError("forbidden", why);
