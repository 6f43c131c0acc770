import { fileURLToPath } from "node:url";

/** One agent that answers the client. */
export const SYSTEM_FILE = fileURLToPath(new URL("./system.yaml", import.meta.url));
