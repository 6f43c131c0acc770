import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import type { BundleSource } from "../contracts/system.ts";
import { messageOf, TroupeError } from "../errors.ts";

/** Bundles that nobody has used for so long are removed when another one is kept. */
const UNUSED_MS = 30 * 24 * 3_600_000;

type Hash = Pick<BundleSource, "sha256">;

/** Bundles on this machine's disk, each under its hash. Several processes may share a folder. */
export class BundleFolder {
  readonly #folder: string;
  readonly #clock: Clock;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** Where a bundle lies, once it is there. */
  pathOf({ sha256 }: Hash): string {
    return join(this.#folder, `${sha256}.mjs`);
  }

  /** Path of a bundle; what is not here, or damaged, is fetched. Throws what `fetch` throws, `invalid_config` when the folder is no use. */
  async path<B extends Hash>(bundle: B, fetch: (bundle: B) => Promise<Uint8Array>): Promise<string> {
    if (await this.#has(bundle)) return this.pathOf(bundle);
    return this.keep(bundle, await fetch(bundle));
  }

  /** Writes a bundle, whole or not at all. Throws `invalid_config` when the folder is no use. */
  async keep(bundle: Hash, code: Uint8Array): Promise<string> {
    const path = this.pathOf(bundle);
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await using draft = new AsyncDisposableStack();
      const place = await mkdtemp(join(this.#folder, ".draft-"));
      draft.defer(() => rm(place, { recursive: true, force: true }));
      await writeFile(join(place, "code"), code, { mode: 0o600 });
      await rename(join(place, "code"), path);
      await this.#removeUnused();
      return path;
    } catch (cause) {
      const why = `code of systems cannot be kept in ${this.#folder}: ${messageOf(cause)}`;
      throw new TroupeError("invalid_config", `${why}; TROUPE_CACHE_DIR may name another folder`, { cause });
    }
  }

  async #has(bundle: Hash): Promise<boolean> {
    const path = this.pathOf(bundle);
    try {
      const isWhole =
        createHash("sha256")
          .update(await readFile(path))
          .digest("hex") === bundle.sha256;
      if (isWhole) await this.#touch(path);
      return isWhole;
    } catch {
      return false;
    }
  }

  async #touch(path: string): Promise<void> {
    const nowSeconds = this.#clock.nowMs() / 1_000;
    await utimes(path, nowSeconds, nowSeconds);
  }

  async #removeUnused(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const path = join(this.#folder, name);
      const found = await stat(path).catch(() => undefined);
      if (found && found.mtimeMs < this.#clock.nowMs() - UNUSED_MS) await rm(path, { recursive: true, force: true });
    }
  }
}
