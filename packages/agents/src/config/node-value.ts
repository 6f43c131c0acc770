/** Values that a system names and a node knows: secrets are named, never written into the file. */
import { readFile } from "node:fs/promises";
import { messageOf, TroupeError } from "@troupe/runtime";
import { z } from "zod";

export const NodeValue = z.union([
  z.string().max(8_192),
  z.strictObject({
    env: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of an environment variable")
      .describe("The node's environment variable that holds it: secrets are named, never written here."),
  }),
  z.strictObject({ file: z.string().min(1).max(4_096).describe("A file on the node that holds it.") }),
]);
export type NodeValue = z.infer<typeof NodeValue>;

/** The values on this node. `who` needs them; `variable` reads the node's environment. Throws `invalid_config` for what is not there. */
export async function readNodeValues(
  who: string,
  values: Readonly<Record<string, NodeValue>>,
  variable: (name: string) => string | undefined,
): Promise<Record<string, string>> {
  const read = async (value: NodeValue): Promise<string> => {
    if (typeof value === "string") return value;
    if ("file" in value) return readSecret(who, value.file);
    const found = variable(value.env);
    if (found !== undefined) return found;
    throw new TroupeError("invalid_config", `${who} needs ${value.env}, which is not set on this node`);
  };
  const found = Object.entries(values).map(async ([key, value]) => [key, await read(value)] as const);
  return Object.fromEntries(await Promise.all(found));
}

async function readSecret(who: string, path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    const message = `${who} needs the file ${path}, which cannot be read on this node: ${messageOf(error)}`;
    throw new TroupeError("invalid_config", message, { cause: error });
  }
}
