import type { Caller } from "../task/task-api.ts";
import { PERMISSION_NAMES, type Permission } from "./permission.ts";

/** By what a caller was recognised; `id` may be shown and logged. */
export interface Credential {
  readonly kind: "none" | "api_key" | "jwt";
  readonly id: string;
}

/** Who sent a request, as far as this gateway has checked it. */
export interface Principal {
  readonly tenant: string;
  readonly user: string;
  readonly permissions: ReadonlySet<Permission>;
  readonly credential: Credential;
  /** When the credential ends, ms since 1970; absent = it does not. */
  readonly expiresAtMs?: number;
  /** False only where nobody signs in: then a task's unguessable id is enough to see it. */
  readonly isWalled: boolean;
}

/** Everybody, where nobody signs in: a developer's own machine. */
export const developer = (tenant: string): Principal => ({
  tenant,
  user: "developer",
  permissions: new Set(PERMISSION_NAMES),
  credential: { kind: "none", id: "" },
  isWalled: false,
});

const ANONYMOUS: ReadonlySet<Permission> = new Set<Permission>(["agent:chat"]);

/**
 * A caller without credentials, where such are let in: may talk to agents. Each address is a tenant of its own, so that nobody meets
 * another's sessions and idempotency keys by guessing their names.
 */
export const anonymous = (address: string): Principal => ({
  tenant: `anonymous ${address}`,
  user: "anonymous",
  permissions: ANONYMOUS,
  credential: { kind: "none", id: address },
  isWalled: true,
});

export const callerOf = ({ tenant, user, isWalled, credential }: Principal): Caller => ({
  tenant,
  isWalled,
  ...(credential.kind === "none" ? {} : { user }),
});
