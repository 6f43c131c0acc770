import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { readSecret, writeSecret } from "../nats/secret-file.ts";
import { formatKeyRing, type KeyRing, parseKeyRing, type ScopeKeys, scopeKeys } from "./key-ring.ts";

/** Where the key ring lies unless something says otherwise: beside the file of the NATS keys. */
export const keyRingFileOf = (keysFile: string): string => join(dirname(keysFile), "encryption-keys.json");

/** Reads a ring. Throws `unauthorized` when it cannot be read, `invalid_config` when others can read it too or it is none. */
export const readKeyRing = (file: string): KeyRing => parseKeyRing(readSecret(file), file);

/** Writes it for its owner only; a crash leaves the old ring or the new one. */
export const writeKeyRing = (file: string, ring: KeyRing): Promise<void> => writeSecret(file, formatKeyRing(ring));

/** A key ring on disk, read again when its file has changed: keys are added and removed while the process runs. */
export class KeyRingFile {
  readonly #file: string;
  #read: { readonly stamp: string; readonly ring: KeyRing; readonly scopes: Map<string, ScopeKeys> } | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** The keys of one scope of a system, as of now. Throws what {@link readKeyRing} throws. */
  scope(system: string, scope: string): ScopeKeys {
    const { ring, scopes } = this.#now();
    const name = `${system} ${scope}`;
    const known = scopes.get(name) ?? scopeKeys(ring, system, scope);
    scopes.set(name, known);
    return known;
  }

  #now() {
    const { mtimeMs, ino, size } = statSync(this.#file, { throwIfNoEntry: false }) ?? { mtimeMs: 0, ino: 0, size: 0 };
    const stamp = `${mtimeMs} ${ino} ${size}`;
    if (this.#read?.stamp !== stamp) this.#read = { stamp, ring: readKeyRing(this.#file), scopes: new Map() };
    return this.#read;
  }
}
