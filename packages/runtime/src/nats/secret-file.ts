/** Files with keys: written whole and for their owner only, and not read when somebody else can read them too. */
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { getuid } from "node:process";
import { messageOf, TroupeError } from "../errors.ts";

/**
 * Whether a file's mode lets somebody read it whom it does not concern: anybody, or a group of a file that is ours. A secret that is
 * mounted into a container belongs to root and is given to a group, which then is us. Pure.
 */
export const isExposed = (mode: number, isOwn: boolean): boolean =>
  (mode & 0o007) !== 0 || (isOwn && (mode & 0o070) !== 0);

/**
 * Its text. Synchronous, since a connection asks for it in the middle of signing in. Throws `unauthorized` when it cannot be read,
 * `invalid_config` with what to do when others can read it.
 */
export function readSecret(file: string): string {
  let handle: number | undefined;
  try {
    handle = openSync(file, "r");
    // Of the file that is read, not of what may have taken its place since.
    const { mode, uid } = fstatSync(handle);
    const own = getuid?.();
    if (own !== undefined && isExposed(mode, uid === own)) {
      const octal = (mode & 0o777).toString(8).padStart(4, "0");
      throw new TroupeError("invalid_config", `${file} can be read by others (mode ${octal}): chmod 600 ${file}`);
    }
    return readFileSync(handle, "utf8");
  } catch (cause) {
    if (cause instanceof TroupeError) throw cause;
    throw new TroupeError("unauthorized", `the keys in ${file} cannot be read: ${messageOf(cause)}`, { cause });
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** Writes it for its owner only (0600). A crash leaves the old file or the new one, never half of it. */
export async function writeSecret(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
