import { homedir } from "node:os";
import { join } from "node:path";

/** Where Troupe keeps what can be had again: `TROUPE_CACHE_DIR`, else `XDG_CACHE_HOME`, else `~/.cache`, and `troupe` in it. */
export const cacheFolder = (env: Readonly<Record<string, string | undefined>>): string =>
  join(env["TROUPE_CACHE_DIR"] ?? env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "troupe");
