/** The last head that a sealer signed, beside its key: the one thing by which it knows that the stream was cut off while it was away. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AuditHead } from "../contracts/audit.ts";
import { messageOf, TroupeError } from "../errors.ts";

/** Where a sealer keeps how far it has sealed. */
export interface AuditHeadStore {
  /** `undefined` when nothing is kept here. Throws `invalid_config`. */
  read(): Promise<AuditHead | undefined>;
  write(head: AuditHead): Promise<void>;
}

/** Where the head lies, beside the file with the keys of the users. */
export const auditHeadFileOf = (keysFile: string): string => join(dirname(keysFile), "audit-head.json");

export function auditHeadFile(file: string): AuditHeadStore {
  return {
    read: async () => {
      const text = await readFile(file, "utf8").catch(() => undefined);
      if (text === undefined) return undefined;
      try {
        return AuditHead.parse(JSON.parse(text));
      } catch (error) {
        throw new TroupeError("invalid_config", `${file} does not hold a head of the audit chain: ${messageOf(error)}`);
      }
    },
    write: async (head) => {
      await writeFile(`${file}.new`, `${JSON.stringify(head)}\n`, { mode: 0o600 });
      await rename(`${file}.new`, file);
    },
  };
}
