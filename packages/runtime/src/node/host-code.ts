import type { Clock } from "../clock.ts";
import type { BundleSource, Deployment } from "../contracts/system.ts";
import type { Configure } from "../host/ipc.ts";
import { BundleFolder } from "./bundle-folder.ts";
import type { BundlesPlace } from "./node-options.ts";

/** Gets the code that hosts run from the store onto this machine's disk. */
export class HostCode {
  readonly #folder: BundleFolder;
  readonly #packagesFrom: readonly string[];
  readonly #fetch: (bundle: BundleSource) => Promise<Uint8Array>;

  constructor(place: BundlesPlace, fetch: (bundle: BundleSource) => Promise<Uint8Array>, clock: Clock) {
    this.#folder = new BundleFolder(place.folder, clock);
    this.#packagesFrom = place.packagesFrom;
    this.#fetch = fetch;
  }

  /** What a host is told of the code of a source; `undefined` when it is in no bundle. Throws `unavailable`, `malformed_record`, `invalid_config`. */
  async of(source: Deployment["source"]): Promise<Configure["bundle"]> {
    if (source.type !== "bundle") return undefined;
    return { path: await this.#folder.path(source, this.#fetch), packagesFrom: [...this.#packagesFrom] };
  }
}
