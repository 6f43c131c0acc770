import type { BlobBody } from "../contracts/blob-body.ts";
import { ERRORS, type ErrorCode, TroupeError } from "../errors.ts";
import type { HostCommand, HostEvent } from "./ipc.ts";

type BlobAnswer = Extract<HostCommand, { type: "blob" }>;

/** Large bodies, fetched by the node on behalf of its host. */
export class BrokeredBlobs {
  readonly #tell: (event: HostEvent) => void;
  readonly #waiting = new Map<number, PromiseWithResolvers<Uint8Array>>();
  #requests = 0;

  constructor(tell: (event: HostEvent) => void) {
    this.#tell = tell;
  }

  /** The bytes of a body, checked against their hash. Throws `malformed_record` when they are not there, `unavailable`. */
  get(ref: BlobBody["$blob"]): Promise<Uint8Array> {
    const request = ++this.#requests;
    const answer = Promise.withResolvers<Uint8Array>();
    this.#waiting.set(request, answer);
    this.#tell({ type: "blob", request, ref });
    return answer.promise;
  }

  /** Takes the node's answer; one that nobody waits for is ignored. */
  take({ request, result }: BlobAnswer): void {
    const answer = this.#waiting.get(request);
    this.#waiting.delete(request);
    if (result.ok) answer?.resolve(result.bytes);
    else answer?.reject(new TroupeError(knownCode(result.code), result.message));
  }
}

const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);
const knownCode = (code: string): ErrorCode => (isCode(code) ? code : "unavailable");
