import { z } from "zod";
import type { Json } from "../actor/outcome.ts";
import type { Clock } from "../clock.ts";
import type { EncodedBody } from "../codec/body.ts";
import { KeyId, type SealedBody } from "../contracts/sealed-body.ts";
import type { SystemManifest } from "../contracts/system.ts";
import { isSealedEdge, isSealedRole } from "../encryption/coverage.ts";
import { edgeScope, ownScope, type ScopeKeys, takenScope } from "../encryption/key-ring.ts";
import { openBody, sealBody } from "../encryption/seal.ts";
import { messageOf, TroupeError } from "../errors.ts";
import type { BodySeals, SealedPlace } from "../hop/ports.ts";
import type { Random } from "../random.ts";
import type { Logger } from "../telemetry/logger.ts";

/** The service of the node that gives a role its keys. */
export const ENCRYPTION_SERVICE = "encryption";

/** Keys of a role as its node gives them: of each of its scopes, by the ring's ids, base64url. */
export const RoleEncryptionKeys = z.strictObject({
  current: KeyId,
  scopes: z.record(z.string().max(256), z.record(KeyId, z.base64url())),
});
export type RoleEncryptionKeys = z.infer<typeof RoleEncryptionKeys>;

/** Keys are asked for again after so long, so that a new one is written with soon; without holding up what is being written. */
const REFRESH_MS = 10_000;
/** A key that is not known is asked for at once, but not again and again. */
const ASK_AGAIN_MS = 1_000;

export interface RoleSealsOptions {
  readonly manifest: SystemManifest;
  readonly role: string;
  /** Asks the node's service. */
  readonly ask: (service: string, body: Json) => Promise<Json>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

interface Held {
  readonly scopes: ReadonlyMap<string, ScopeKeys>;
  readonly sinceMs: number;
}

/** Seals and opens a role's bodies with the keys of its own scopes, which its node gives it. Asks for none before one is needed. */
export class RoleSeals implements BodySeals {
  readonly #options: RoleSealsOptions;
  #held: Held | undefined;
  #asking: Promise<Held> | undefined;

  constructor(options: RoleSealsOptions) {
    this.#options = options;
  }

  covers(peer?: string): boolean {
    const { manifest, role } = this.#options;
    if (manifest.encryption === undefined) return false;
    return peer === undefined ? isSealedRole(manifest, role) : isSealedEdge(manifest, role, peer);
  }

  async ready(): Promise<void> {
    await this.#keys();
  }

  async seal(body: EncodedBody, place: SealedPlace): Promise<string> {
    const { subject, crossing } = place;
    const keys = scopeIn(await this.#keys(), this.#scope(place));
    return sealBody(body, { keys, subject, crossing, nonce: this.#options.random.bytes(24) });
  }

  async open(sealed: SealedBody, place: SealedPlace): Promise<EncodedBody> {
    const { subject } = place;
    const scope = this.#scope(place);
    const held = await this.#keys();
    const keys = scopeIn(held, scope);
    const isKnown = keys.keys.has(sealed.$sealed.key) || this.#ageMs(held) < ASK_AGAIN_MS;
    return openBody(sealed, isKnown ? keys : scopeIn(await this.#ask(), scope), subject);
  }

  #scope({ peer, takenBy }: SealedPlace): string {
    const { role } = this.#options;
    if (takenBy !== undefined) return takenScope(takenBy);
    return peer === undefined ? ownScope(role) : edgeScope(role, peer);
  }

  async #keys(): Promise<Held> {
    const held = this.#held;
    if (held === undefined) return this.#ask();
    if (this.#ageMs(held) > REFRESH_MS) void this.#refresh();
    return held;
  }

  #ageMs({ sinceMs }: Held): number {
    return this.#options.clock.monotonicMs() - sinceMs;
  }

  /** What is held stays good meanwhile. */
  async #refresh(): Promise<void> {
    try {
      await this.#ask();
    } catch (error) {
      const { role, logger } = this.#options;
      logger.warn({ role, reason: messageOf(error) }, "encryption keys were not read again");
    }
  }

  /** One question at a time. */
  #ask(): Promise<Held> {
    this.#asking ??= this.#askNode().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #askNode(): Promise<Held> {
    const { ask, clock } = this.#options;
    const answer = RoleEncryptionKeys.safeParse(await ask(ENCRYPTION_SERVICE, {}));
    if (!answer.success) throw new TroupeError("unavailable", "the node's encryption keys cannot be read");
    const { current, scopes } = answer.data;
    const entries = Object.entries(scopes).map(([scope, keys]) => {
      const byId = Object.entries(keys).map(([id, key]) => [id, Buffer.from(key, "base64url")] as const);
      return [scope, { current, keys: new Map(byId) }] as const;
    });
    this.#held = { scopes: new Map(entries), sinceMs: clock.monotonicMs() };
    return this.#held;
  }
}

function scopeIn({ scopes }: Held, scope: string): ScopeKeys {
  const keys = scopes.get(scope);
  if (keys) return keys;
  throw new TroupeError("unavailable", `the node gives this role no encryption key of ${scope}`);
}
