/**
 * `troupe.config.json`: settings of all environments in one file, as the variables that they stand for. `base` holds for all of them, the
 * others override it. What the process's own environment says comes before the file; what a command's flags say, before both.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { invalidConfig, messageOf, problemsOf, TroupeError } from "@troupe/runtime/internal";
import { z } from "zod";
import { defaultsOf, ENVIRONMENT_VARIABLE, environmentNamed } from "./environments.ts";

export const SETTINGS_FILE = "troupe.config.json";

/** Secrets have no place in a file that is kept with the code: it names the files that hold them. */
const SECRET = /(_KEY|_SECRET|_TOKEN|_PASSWORD|_SEED)$/;
const Name = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]{0,99}$/, "the name of an environment variable")
  .refine((name) => name !== ENVIRONMENT_VARIABLE, "the environment is chosen outside of the file")
  .refine((name) => !SECRET.test(name), "a secret; name the file that holds it instead, or set it in the environment");
const Variables = z.record(Name, z.string().max(4_096));
const SettingsFile = z.strictObject({
  base: Variables.optional(),
  development: Variables.optional(),
  staging: Variables.optional(),
  production: Variables.optional(),
});
export type SettingsFile = z.infer<typeof SettingsFile>;

type VariablesOf = Readonly<Record<string, string | undefined>>;

/** What holds: the process's own variables, then the file's for the environment, its base, and what the environment takes for granted. */
export function layered(own: VariablesOf, file: SettingsFile): VariablesOf {
  const said = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined && value !== ""));
  const name = environmentNamed(said[ENVIRONMENT_VARIABLE]);
  return { ...defaultsOf(name), ...file.base, ...(name === undefined ? {} : file[name]), ...said };
}

/** Reads the file of a folder; a folder without one has no settings. Throws `invalid_config` with everything that is wrong. */
export async function readSettingsFile(folder: string): Promise<SettingsFile> {
  const file = join(folder, SETTINGS_FILE);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
    throw new TroupeError("invalid_config", `${file}: ${messageOf(error)}`, { cause: error });
  }
  const parsed = SettingsFile.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidConfig(file, problemsOf(parsed.error, value));
}
