import type { SystemManifest } from "../contracts/system.ts";
import type { RoleDefinition } from "./define.ts";

/** What a system module exports by default: the system as data for the control plane, and its roles as code for the hosts. */
export interface SystemDefinition {
  readonly manifest: SystemManifest;
  /** By role name; exactly the roles of the manifest. */
  readonly roles: Readonly<Record<string, RoleDefinition>>;
}
