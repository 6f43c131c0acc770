import type { SystemManifest } from "../contracts/system.ts";
import { scopesOf } from "../encryption/coverage.ts";
import { ownScope, type ScopeKeys } from "../encryption/key-ring.ts";
import { KeyRingFile } from "../encryption/key-ring-file.ts";
import { messageOf, TroupeError } from "../errors.ts";
import { ENCRYPTION_SERVICE, type RoleEncryptionKeys } from "../host/role-seals.ts";
import type { BrokerCaller, BrokerHandler, BrokerService } from "./broker-service.ts";

/**
 * The node's service `encryption`: gives a role the keys of what it keeps for itself and of its own edges, made from the ring in `file`,
 * which no host ever sees. Absent file: it answers `unavailable` with what to do.
 */
export function encryptionService(file: string | undefined): BrokerService {
  return {
    name: ENCRYPTION_SERVICE,
    open: ({ deploymentOf, subjects, node }): BrokerHandler => {
      const ring = file === undefined ? undefined : new KeyRingFile(file);
      return {
        ask: async ({ version, role }: BrokerCaller) => {
          if (!ring) throw missing(node, "no key ring is named");
          const { manifest } = await deploymentOf(version);
          try {
            return roleEncryptionKeys((scope) => ring.scope(subjects.system, scope), manifest, role);
          } catch (error) {
            // The file may come back, and others may have it: whatever is wrong with it here, nothing is lost.
            throw missing(node, messageOf(error));
          }
        },
        close: async () => undefined,
      };
    },
  };
}

/** The keys of a role's scopes as they go to its host. Pure. */
export function roleEncryptionKeys(
  keysOf: (scope: string) => ScopeKeys,
  manifest: Pick<SystemManifest, "graph" | "guardrails">,
  role: string,
): RoleEncryptionKeys {
  const scopes: RoleEncryptionKeys["scopes"] = {};
  for (const scope of scopesOf(manifest, role)) {
    const encoded = [...keysOf(scope).keys].map(([id, key]) => [id, Buffer.from(key).toString("base64url")] as const);
    scopes[scope] = Object.fromEntries(encoded);
  }
  return { current: keysOf(ownScope(role)).current, scopes };
}

const missing = (node: string, why: string): TroupeError =>
  new TroupeError("unavailable", `node ${node} has no encryption keys (${why}): see \`troupe encryption\``);
