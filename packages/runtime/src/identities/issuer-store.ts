/**
 * What an issuer keeps on disk beside its signing keys: a file a version, the ledger, and a file for each identity that was made for a
 * node. All of it is for its owner only.
 */
import { chmod, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { messageOf, TroupeError } from "../errors.ts";
import type { Version } from "../ids.ts";
import { readSecret, writeSecret } from "../nats/secret-file.ts";
import { EMPTY_LEDGER, Issued, Ledger } from "./ledger.ts";
import { VersionKeys } from "./version-keys.ts";

const VERSIONS = "versions";
const NODES = "nodes";
const LEDGER = "ledger.json";

export class IssuerStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Reads everything; makes the folder. Throws `invalid_config`. */
  async open(): Promise<{ readonly versions: readonly VersionKeys[]; readonly ledger: Ledger }> {
    const folder = join(this.#folder, VERSIONS);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).toSorted();
    const versions = names.map((name) => parsed(join(folder, name), VersionKeys));
    const hasLedger = (await readdir(this.#folder)).includes(LEDGER);
    return { versions, ledger: hasLedger ? parsed(join(this.#folder, LEDGER), Ledger) : EMPTY_LEDGER };
  }

  async writeVersion(keys: VersionKeys): Promise<void> {
    await writeSecret(this.#fileOf(keys.version), text(keys));
  }
  async removeVersion(version: Version): Promise<void> {
    await rm(this.#fileOf(version), { force: true });
  }
  async writeLedger(ledger: Ledger): Promise<void> {
    await writeSecret(join(this.#folder, LEDGER), text(ledger));
  }

  /** A file of its own for each, since a command may add one while the issuer runs. */
  async addNodeIdentity(issued: Issued): Promise<void> {
    const folder = join(this.#folder, NODES, issued.node);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeSecret(join(folder, `${issued.publicKey}.json`), text(issued));
  }
  /** Identities of a node's own that were made, expired ones included. */
  async nodeIdentities(node: string): Promise<readonly Issued[]> {
    const folder = join(this.#folder, NODES, node);
    const names = await readdir(folder).catch(() => []);
    const files = names.filter((name) => name.endsWith(".json")).toSorted();
    return files.map((name) => parsed(join(folder, name), Issued));
  }
  async forgetNode(node: string): Promise<void> {
    await rm(join(this.#folder, NODES, node), { recursive: true, force: true });
  }

  #fileOf(version: string): string {
    return join(this.#folder, VERSIONS, `${version}.json`);
  }
}

const text = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

function parsed<T>(file: string, schema: z.ZodType<T>): T {
  const stored = readSecret(file);
  try {
    return schema.parse(JSON.parse(stored));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw new TroupeError("invalid_config", `${file} does not hold what an issuer keeps: ${why}`, { cause });
  }
}
