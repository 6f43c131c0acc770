/**
 * Accounts and users of a system as the claims of NATS JWTs: the same definitions that the embedded server's configuration is printed from.
 * Pure; the golden file shows what comes out.
 */
import type {
  Account as AccountClaims,
  Export as ExportClaim,
  Import as ImportClaim,
  SigningKey,
  UserPermissionsLimits,
} from "@nats-io/jwt";
import { TroupeError } from "../errors.ts";
import type { Account, Export, Import, Permissions } from "../nats/account.ts";

/** Public keys of users whose JWTs up to then (seconds since 1970) are void. */
export type Revocations = Readonly<Record<string, number>>;

/** Nothing is limited but by the server; nobody connects leaf nodes, and no JWT without a key counts. */
const LIMITS = {
  conn: -1,
  leaf: 0,
  subs: -1,
  data: -1,
  payload: -1,
  imports: -1,
  exports: -1,
  wildcards: true,
  disallow_bearer: true,
};
const JETSTREAM = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };

/** A key of an account that can sign users with exactly these permissions, in which {@link NODE_TAG} stands for the node's name. */
export interface ScopedKey {
  readonly publicKey: string;
  readonly permissions: Permissions;
}

/** Stands for the name of the node that a user was signed for: the server fills it in. */
export const NODE_TAG = "{{tag(node)}}";
/** What a user JWT says for {@link NODE_TAG} to be filled in. */
export const nodeTag = (node: string): string => `node:${node}`;

export interface AccountExtras {
  readonly revocations?: Revocations;
  readonly scopedKey?: ScopedKey;
}

/** Claims of an account. `keyOf` gives the public key of an account that it imports from. Throws `invariant_violated`. */
export function accountClaims(
  account: Account,
  keyOf: (account: string) => string,
  { revocations = {}, scopedKey }: AccountExtras = {},
): Partial<AccountClaims> {
  return {
    limits: { ...LIMITS, ...(account.hasJetStream ? JETSTREAM : {}) },
    exports: account.exports.map(exportClaim),
    imports: account.imports.map((line) => importClaim(line, keyOf(line.from))),
    ...(scopedKey && { signing_keys: [signingKey(account.name, scopedKey)] }),
    ...(Object.keys(revocations).length > 0 && { revocations: { ...revocations } }),
  };
}

/** Claims of a user; without permissions it may do what its account may. */
export function userClaims(permissions: Permissions | undefined): Partial<UserPermissionsLimits> {
  if (!permissions) return {};
  const { publish, subscribe, responses } = permissions;
  return {
    pub: { allow: [...publish] },
    sub: { allow: [...subscribe] },
    ...(responses && { resp: { max: responses.count, ttl: responses.withinMs * NS_PER_MS } }),
  };
}

const signingKey = (role: string, { publicKey, permissions }: ScopedKey): SigningKey => ({
  kind: "user_scope",
  key: publicKey,
  role,
  template: { subs: -1, data: -1, payload: -1, ...userClaims(permissions) },
});

function exportClaim({ kind, subject, response }: Export): ExportClaim {
  const claim = { name: subject, subject, type: kind };
  if (!response) return claim;
  return { ...claim, response_type: "Stream", response_threshold: durationMs(response.threshold) * NS_PER_MS };
}

function importClaim({ kind, subject, to, tellsWho }: Import, account: string): ImportClaim {
  const claim = { name: subject, subject, type: kind, account, ...(tellsWho && { share: true }) };
  return to === undefined ? claim : { ...claim, local_subject: to };
}

const NS_PER_MS = 1_000_000;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Reads a duration as the server's configuration writes it: `1h`. */
function durationMs(text: string): number {
  const [, count = "", unit = ""] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  if (unitMs === undefined) throw new TroupeError("invariant_violated", `not a duration: ${text}`);
  return Number(count) * unitMs;
}
