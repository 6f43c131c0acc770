/** Where an address leads, as browsers read it. */
import { decodedReferences } from "../encoded-text.ts";

/** Pages that show the text; none of them is anybody's. What leads away from either leads away. */
const PAGES = ["http://page.invalid", "https://page.invalid"] as const;
const FETCHED: ReadonlySet<string> = new Set(["http:", "https:", "ftp:"]);

/**
 * The address in full, where it leads away from the page that shows it; `undefined` for what stays there and for what nobody fetches. As browsers do
 * it (WHATWG URL): with character references read, white space inside left out, and backslashes for slashes.
 */
export function outsideUrl(address: string): URL | undefined {
  const plain = address.includes("&") ? decodedReferences(address) : address;
  for (const page of PAGES) {
    const url = URL.parse(plain, page);
    if (url !== null && FETCHED.has(url.protocol) && url.hostname !== "" && url.origin !== page) return url;
  }
  return undefined;
}
