/** Where a node has the credentials of its roles from: a folder of keys on this machine, or an issuer that signs them one by one. */
import type { Clock } from "../clock.ts";
import { IssuedCredentials } from "../contracts/identities.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { messageOf, TroupeError } from "../errors.ts";
import type { RoleCredentials } from "../host/ipc.ts";
import { isVersion } from "../ids.ts";
import { callService } from "../nats/call-service.ts";
import type { Link } from "../nats/connection.ts";
import type { Credentials } from "../nats/credentials.ts";
import { newUserSeed, publicKeyOf } from "../nats/nkey.ts";
import { readRoleKeys } from "../nats/role-keys.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { RoleKeysPlace } from "./node-options.ts";

export interface RoleCredentialsSource {
  /**
   * Credentials of these roles of a version as they are now; `undefined` = roles have no accounts here. Asked again and again. Throws while
   * they cannot be had.
   */
  of(version: string, roles: readonly string[]): Promise<RoleCredentials | undefined>;
  /** The server has refused what was given for this role: it is not given again. */
  refused(version: string, role: string): void;
}

/** All roles share one user. */
const sharedUser: RoleCredentialsSource = { of: async () => undefined, refused: () => undefined };

/** Reads the folder each time, since keys are replaced there. */
function folderOfKeys(folder: string): RoleCredentialsSource {
  return {
    of: async (version, roles) => {
      if (!isVersion(version)) throw new TroupeError("invalid_id", `not a version: ${version}`);
      const { seeds } = await readRoleKeys(folder, version);
      const own = Object.entries(seeds).filter(([role]) => roles.includes(role));
      return Object.fromEntries(own.map(([role, seed]) => [role, { seed }]));
    },
    refused: () => undefined,
  };
}

/** New ones are asked for when this share of their time is over. */
const RENEW_AT = 0.5;
/** Refused ones are given up at once when they are older than this, ms: a server that refuses all of them must not have us ask for ever. */
const REFUSED_AFTER_MS = 2_000;
const ANSWER_MS = 2_000;

interface Held {
  readonly credentials: Credentials;
  readonly sinceMs: number;
  readonly renewAtMs: number;
  readonly endMs: number;
}

interface IssuedRolesOptions {
  /** The node's own link. */
  readonly link: Link;
  readonly subjects: Subjects;
  readonly node: string;
  /** Called when some are due, so that they are asked for again. */
  readonly onDue?: () => void;
  /** Ends the waiting for that. */
  readonly signal?: AbortSignal;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The source that a node's options name. */
export function roleCredentialsOf(
  place: RoleKeysPlace | undefined,
  options: IssuedRolesOptions,
): RoleCredentialsSource {
  if (place === undefined) return sharedUser;
  return place === "issued" ? new IssuedRoles(options) : folderOfKeys(place.folder);
}

/** Asks the issuer for credentials of roles that are placed here. Keys are made here and never leave the machine. */
export class IssuedRoles implements RoleCredentialsSource {
  readonly #options: IssuedRolesOptions;
  readonly #held = new Map<string, Held>();

  constructor(options: IssuedRolesOptions) {
    this.#options = options;
  }

  async of(version: string, roles: readonly string[]): Promise<RoleCredentials> {
    const nowMs = this.#options.clock.monotonicMs();
    const due = roles.filter((role) => (this.#held.get(keyOf(version, role))?.renewAtMs ?? 0) <= nowMs);
    if (due.length > 0) await this.#renew(version, due);
    const entries = roles.flatMap((role) => {
      const held = this.#held.get(keyOf(version, role));
      return held ? [[role, held.credentials] as const] : [];
    });
    return Object.fromEntries(entries);
  }

  refused(version: string, role: string): void {
    const held = this.#held.get(keyOf(version, role));
    if (held && this.#options.clock.monotonicMs() - held.sinceMs > REFUSED_AFTER_MS) {
      this.#held.delete(keyOf(version, role));
    }
  }

  async #tellWhenDue(inMs: number): Promise<void> {
    const { clock, signal, onDue } = this.#options;
    if (!onDue) return;
    await clock.sleep(inMs, signal).catch(() => undefined);
    if (!signal?.aborted) onDue();
  }

  /** What is still good is not given up when it cannot be renewed yet. */
  async #renew(version: string, roles: readonly string[]): Promise<void> {
    try {
      await this.#ask(version, roles);
    } catch (error) {
      const nowMs = this.#options.clock.monotonicMs();
      const isMissing = roles.some((role) => (this.#held.get(keyOf(version, role))?.endMs ?? 0) <= nowMs);
      if (isMissing) throw error;
      this.#options.logger.warn({ version, roles, reason: messageOf(error) }, "credentials are not renewed yet");
    }
  }

  async #ask(version: string, roles: readonly string[]): Promise<void> {
    const { link, subjects, node, clock } = this.#options;
    const seeds = roles.map((role) => ({ role, seed: newUserSeed() }));
    const body = { v: 1, roles: seeds.map(({ role, seed }) => ({ version, role, publicKey: publicKeyOf(seed) })) };
    const answer = await callService(link, subjects.credentials(node), body, {
      timeoutMs: ANSWER_MS,
      ifLost: "unavailable",
    });
    const { jwts, expiresInMs } = IssuedCredentials.parse(answer);
    const sinceMs = clock.monotonicMs();
    void this.#tellWhenDue(expiresInMs * RENEW_AT);
    for (const [index, { role, seed }] of seeds.entries()) {
      const jwt = jwts[index];
      if (jwt === undefined) throw new TroupeError("unavailable", "the issuer answered for other roles");
      const renewAtMs = sinceMs + expiresInMs * RENEW_AT;
      this.#held.set(keyOf(version, role), {
        credentials: { seed, jwt },
        sinceMs,
        renewAtMs,
        endMs: sinceMs + expiresInMs,
      });
    }
  }
}

const keyOf = (version: string, role: string): string => `${version}/${role}`;
