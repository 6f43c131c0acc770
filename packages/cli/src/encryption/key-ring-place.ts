import { stat } from "node:fs/promises";
import { join } from "node:path";
import { keyRingFileOf, newKeyRing, writeKeyRing } from "@troupe/runtime/internal";
import type { Scope } from "../cli.ts";
import type { Environment } from "../config/load.ts";

/** Where a process of a system has its encryption keys: as its environment says, else beside the keys for NATS; with neither nowhere. */
export async function keyRingPlace(
  { encryptionKeysFile }: Pick<Environment, "encryptionKeysFile">,
  keysFile: string | undefined,
): Promise<string | undefined> {
  if (encryptionKeysFile !== undefined) return encryptionKeysFile;
  if (keysFile === undefined) return undefined;
  const isFolder = await stat(keysFile).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return keyRingFileOf(isFolder ? join(keysFile, "-") : keysFile);
}

/** Makes a ring of one key where there is none: a system on one machine encrypts with no further ado. */
export async function ensureKeyRing(file: string, { clock, random }: Pick<Scope, "clock" | "random">): Promise<void> {
  const isThere = await stat(file).then(
    () => true,
    () => false,
  );
  if (!isThere) await writeKeyRing(file, newKeyRing({ nowMs: clock.nowMs(), bytes: random.bytes(36) }));
}
