/**
 * The keys of the server's own users. A key that is replaced stays good for some seconds beside the new one, so that whoever has it finds
 * the new one before it is cut off.
 */
import type { Clock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import { newUserSeed, publicKeyOf } from "../nats/nkey.ts";
import type { UserName } from "../nats/users.ts";
import type { Logger } from "../telemetry/logger.ts";
import { publicKeysOf, type ServerSeeds, storeServerSeeds } from "./server-keys.ts";

/** Nodes look for newer keys every 5 s. */
const OLD_KEY_MS = 12_000;

export interface KeyRingOptions {
  readonly file: string;
  readonly seeds: ServerSeeds;
  /** Has the running server take the configuration anew. */
  readonly reload: () => Promise<void>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

export class KeyRing {
  readonly #options: KeyRingOptions;
  #seeds: ServerSeeds;
  /** Kept, since deriving one takes milliseconds. */
  #publicKeys: Readonly<Record<UserName, string>>;
  readonly #old = new Map<UserName, string>();

  constructor(options: KeyRingOptions) {
    this.#options = options;
    this.#seeds = options.seeds;
    this.#publicKeys = publicKeysOf(options.seeds);
  }

  seedOf(user: UserName): string {
    return this.#seeds[user];
  }
  /** For the configuration. */
  get publicKeys(): Readonly<Record<UserName, string>> {
    return this.#publicKeys;
  }
  /** Replaced ones that are still good. */
  get oldKeys(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#old);
  }

  /** Makes a new key for a user; resolves when the server knows it. Throws `unavailable`. */
  async rotate(user: UserName): Promise<void> {
    const { file, reload } = this.#options;
    const before = { seeds: this.#seeds, publicKeys: this.#publicKeys };
    const seed = newUserSeed();
    this.#old.set(user, this.#publicKeys[user]);
    this.#publicKeys = { ...this.#publicKeys, [user]: publicKeyOf(seed) };
    try {
      await reload();
      await storeServerSeeds(file, { ...this.#seeds, [user]: seed });
    } catch (error) {
      // Nobody has seen the new one.
      this.#publicKeys = before.publicKeys;
      this.#old.delete(user);
      throw error;
    }
    this.#seeds = { ...this.#seeds, [user]: seed };
    void this.later(async () => {
      if (this.#old.get(user) !== before.publicKeys[user]) return;
      this.#old.delete(user);
      await reload();
    });
  }

  /** Does what ends old keys, once nobody needs them any more. Never throws. */
  async later(forget: () => Promise<void>): Promise<void> {
    const { clock, signal, logger } = this.#options;
    await clock.sleep(OLD_KEY_MS, signal).catch(() => undefined);
    if (signal.aborted) return;
    try {
      await forget();
    } catch (error) {
      logger.error({ reason: messageOf(error) }, "old keys are good until the server reads its configuration again");
    }
  }
}
