import { type BrokerPorts, TroupeError } from "@troupe/runtime";
import type { Link } from "@troupe/runtime/internal";
import { TaskOwners } from "./task-owners.ts";

const opened = new WeakMap<BrokerPorts, NodeAccess>();

/** What the services of one node share: one connection with the node's rights, and whose the tasks are. */
export class NodeAccess {
  readonly owners: TaskOwners;
  readonly #ports: BrokerPorts;
  #link: Promise<Link> | undefined;
  #isClosed = false;

  private constructor(ports: BrokerPorts) {
    this.#ports = ports;
    this.owners = new TaskOwners(() => this.link(), ports.subjects);
  }

  /** The same for all services that a node has given the same ports. Nothing is opened before it is used. */
  static of(ports: BrokerPorts): NodeAccess {
    const access = opened.get(ports) ?? new NodeAccess(ports);
    opened.set(ports, access);
    return access;
  }

  /** Throws `unavailable`, also once it is closed. */
  link(): Promise<Link> {
    if (this.#isClosed) return Promise.reject(new TroupeError("unavailable", "the node is leaving"));
    const link = (this.#link ??= this.#ports.openLink());
    // The next one asks again.
    link.catch(() => {
      this.#link = undefined;
    });
    return link;
  }

  /** Closes the connection for all of them; may be called by each. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const link = await this.#link?.catch(() => undefined);
    await link?.close();
  }
}
