import { type BrokerPorts, TroupeError } from "@troupe/runtime";
import { type Link, OnDemand } from "@troupe/runtime/internal";
import { TaskOwners } from "./task-owners.ts";

const opened = new WeakMap<BrokerPorts, NodeAccess>();

/** What the services of one node share: one connection with the node's rights, and whose the tasks are. */
export class NodeAccess {
  readonly owners: TaskOwners;
  readonly #link: OnDemand<Link>;
  #isClosed = false;

  private constructor(ports: BrokerPorts) {
    this.#link = new OnDemand(() => ports.openLink());
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
    return this.#link.get();
  }

  /** Closes the connection for all of them; may be called by each. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const link = await this.#link.ifOpened();
    await link?.close();
  }
}
