import { TroupeError } from "@troupe/runtime";
import { requireNodeName, SHARED_PARTS } from "@troupe/runtime/internal";
import type { Bearer } from "./auth-folder.ts";

/** The bearer that arguments name: `gateway`, or `node web-1`. Throws `invalid_request`. */
export function parseBearer([what, name]: readonly string[]): Bearer {
  const part = SHARED_PARTS.find((one) => one === what);
  if (part !== undefined && name === undefined) return { part };
  if (what === "node" && name !== undefined) return { node: requireNodeName(name) };
  const allowed = [...SHARED_PARTS, "node NAME"].join(", ");
  throw new TroupeError("invalid_request", `${[what, name].filter(Boolean).join(" ")}: credentials are of ${allowed}`);
}
