/** Writes the JSON Schema of a system file from the schema that checks it. Run it after every change of that schema. */
import { writeFile } from "node:fs/promises";
import { systemFileSchema } from "@troupe/agents/internal";

const target = new URL("../packages/agents/schema/troupe.schema.json", import.meta.url);
await writeFile(target, `${JSON.stringify(systemFileSchema(), null, 2)}\n`);
