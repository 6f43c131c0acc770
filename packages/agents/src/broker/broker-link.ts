import { type BrokerPorts, TroupeError } from "@troupe/runtime";
import type { Link } from "@troupe/runtime/internal";

/** A service's connection: opened with the first question, tried again after a failure, closed with the service. */
export class BrokerLink {
  readonly #ports: Pick<BrokerPorts, "openLink">;
  #link: Promise<Link> | undefined;
  #isClosed = false;

  constructor(ports: Pick<BrokerPorts, "openLink">) {
    this.#ports = ports;
  }

  /** Throws `unavailable`, `unauthorized`. */
  get(): Promise<Link> {
    if (this.#isClosed) return Promise.reject(new TroupeError("unavailable", "the node is leaving"));
    const link = (this.#link ??= this.#ports.openLink());
    link.catch(() => {
      this.#link = undefined;
    });
    return link;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const link = await this.#link?.catch(() => undefined);
    await link?.close();
  }
}
