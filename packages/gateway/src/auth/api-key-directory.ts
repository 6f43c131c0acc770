import { CasBucket, type Clock, type Link, type Logger, type Subjects } from "@troupe/runtime/internal";
import { ApiKey } from "./api-key.ts";

interface DirectoryPorts {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** The rows of all keys: read by gateways, written by who administers them. */
export const apiKeyBucket = (ports: DirectoryPorts): CasBucket<ApiKey> =>
  new CasBucket({ ...ports, bucket: "api-keys", schema: ApiKey });

const FIRST_LOOK_MS = 2_000;

/** Every key in memory, followed all the time: looking one up costs no round trip, and a revoked one is refused within moments. */
export class ApiKeyDirectory {
  readonly #keys = new Map<string, ApiKey>();
  #stop: () => void = () => {};

  /** Resolves once the keys are known, or after 2 s without an answer: until then nobody's key is. */
  static async follow(ports: DirectoryPorts): Promise<ApiKeyDirectory> {
    const directory = new ApiKeyDirectory();
    const watch = apiKeyBucket(ports).watch({ onChange: (id, row) => directory.#apply(id, row?.value) });
    directory.#stop = () => watch.close();
    const waited = new AbortController();
    await Promise.race([watch.ready, ports.clock.sleep(FIRST_LOOK_MS, waited.signal).catch(() => undefined)]);
    waited.abort();
    return directory;
  }

  find(id: string): ApiKey | undefined {
    return this.#keys.get(id);
  }

  stop(): void {
    this.#stop();
  }

  #apply(id: string, key: ApiKey | undefined): void {
    // A row under another key's name is nobody's.
    if (key?.id === id) this.#keys.set(id, key);
    else this.#keys.delete(id);
  }
}
