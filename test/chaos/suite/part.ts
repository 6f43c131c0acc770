import type { LinkProxy } from "../../support/link-proxy.ts";
import type { PartProcess } from "../../support/part-process.ts";

/** A process of the system, and the link over which alone it reaches NATS. */
export interface Part {
  readonly name: string;
  readonly process: PartProcess;
  readonly link: LinkProxy;
}
