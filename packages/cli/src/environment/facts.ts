/** Reads off what a command was given what {@link weakSettings} judges. */
import { readFile } from "node:fs/promises";
import type { Address } from "../address.ts";
import { findRoleKeys } from "../keys.ts";
import type { SettingFacts } from "./weak-settings.ts";

type Variables = Readonly<Record<string, string | undefined>>;

export async function natsFacts({
  natsUrl,
  keysFile,
  tls,
}: Pick<Address, "natsUrl" | "keysFile" | "tls">): Promise<NonNullable<SettingFacts["nats"]>> {
  return {
    url: natsUrl,
    hasTls: tls !== undefined || natsUrl.startsWith("tls://"),
    hasKeys: keysFile !== undefined,
    hasRoleKeys: (await findRoleKeys(keysFile)) !== undefined,
  };
}

export async function httpFacts(host: string, variables: Variables): Promise<NonNullable<SettingFacts["http"]>> {
  const file = variables["TROUPE_JWT_SECRET_FILE"];
  // A file that is not there is told by whoever needs it.
  const secret = file ? await readFile(file, "utf8").catch(() => undefined) : undefined;
  return { host, auth: variables["TROUPE_AUTH"] || "off", secret: secret?.trim() };
}
