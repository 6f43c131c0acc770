import type { Link, Logger, Random, ResourceSettings } from "@troupe/runtime/internal";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { DesiredStore } from "./desired-store.ts";
import type { Identities } from "./identities.ts";

/** What changing the desired state takes. */
export interface DeployPorts {
  readonly link: Link;
  readonly resources: ResourceSettings;
  readonly store: DesiredStore;
  readonly identities: Identities;
  readonly audit: Pick<AuditTrail, "store">;
  readonly logger: Logger;
  readonly random: Random;
  readonly nowMs: () => number;
  /** Throws `lease_lost` when this process may not command. */
  readonly requireLeading: () => void;
}
