import { fileURLToPath } from "node:url";

/** Where the relay system lies, for a deployment. */
export const RELAY_FILE = fileURLToPath(new URL("./relay-system.ts", import.meta.url));
