import type { BlobRef } from "../contracts/blob-body.ts";
import { ERRORS, type ErrorCode, TroupeError } from "../errors.ts";
import type { Blobs } from "../nats/blobs.ts";
import type { HostCommand, HostEvent } from "./ipc.ts";

type Read = Extract<HostCommand, { type: "blob" }>;
type Stored = Extract<HostCommand, { type: "blob_stored" }>;

/** Large bodies, fetched and stored by the node on behalf of its host. */
export class BrokeredBlobs implements Blobs {
  readonly #tell: (event: HostEvent) => void;
  readonly #reads = new Map<number, PromiseWithResolvers<Uint8Array>>();
  readonly #writes = new Map<number, PromiseWithResolvers<BlobRef>>();
  #requests = 0;

  constructor(tell: (event: HostEvent) => void) {
    this.#tell = tell;
  }

  /** The bytes of a body, checked against their hash. Throws `malformed_record` when they are not there, `unavailable`. */
  get(ref: BlobRef): Promise<Uint8Array> {
    const request = ++this.#requests;
    const answer = Promise.withResolvers<Uint8Array>();
    this.#reads.set(request, answer);
    this.#tell({ type: "blob", request, ref });
    return answer.promise;
  }

  /** Stores bytes of a role. Throws `body_too_large`, `store_full`, `unavailable`; `unauthorized` for a role that is not of this system. */
  put(role: string, bytes: Uint8Array): Promise<BlobRef> {
    const request = ++this.#requests;
    const answer = Promise.withResolvers<BlobRef>();
    this.#writes.set(request, answer);
    this.#tell({ type: "store_blob", request, role, bytes });
    return answer.promise;
  }

  /** Takes the node's answer; one that nobody waits for is ignored. */
  take({ request, result }: Read): void {
    const answer = this.#reads.get(request);
    this.#reads.delete(request);
    if (result.ok) answer?.resolve(result.bytes);
    else answer?.reject(new TroupeError(knownCode(result.code), result.message));
  }

  /** As {@link take}, for what was to be stored. */
  takeStored({ request, result }: Stored): void {
    const answer = this.#writes.get(request);
    this.#writes.delete(request);
    if (result.ok) answer?.resolve(result.ref);
    else answer?.reject(new TroupeError(knownCode(result.code), result.message));
  }
}

const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);
const knownCode = (code: string): ErrorCode => (isCode(code) ? code : "unavailable");
