/** By which keys tokens are verified, and by which algorithms with them: one kind of key a gateway, so that none is taken for another. */
import { createSecretKey } from "node:crypto";
import { type Clock, type Logger, messageOf, TroupeError } from "@troupe/runtime/internal";
import { createRemoteJWKSet, customFetch, importSPKI, type JWTVerifyGetKey, type KeyInput } from "jose";
import { z } from "zod";
import { ASYMMETRIC_ALGORITHMS, type AsymmetricAlgorithm } from "./jwt-algorithms.ts";

/** Where the keys come from. */
export type JwtKeySource =
  /** A shared secret of at least 32 bytes: HS256. */
  | { readonly kind: "secret"; readonly secret: string }
  /** A public key in PEM (SPKI): that one algorithm. */
  | { readonly kind: "public_key"; readonly pem: string; readonly algorithm: AsymmetricAlgorithm }
  /** The issuer's key set: RS256 and EdDSA. */
  | {
      readonly kind: "jwks";
      readonly url: string;
      /** How soon after a fetch a key that is not known makes for another; default 30,000. */
      readonly refetchMs?: number | undefined;
    };

export interface JwtKeys {
  readonly key: KeyInput | JWTVerifyGetKey;
  readonly algorithms: readonly string[];
  stop(): void;
}

const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(256) });

const SHORTEST_SECRET_BYTES = 32;
/** Keys are asked for again so often, and when a token names one that is not known, but then not more often than the second says. */
const REFRESH_MS = 10 * 60_000;
const REFETCH_MS = 30_000;
/** While the issuer does not answer, the last keys hold for so long. */
const LONGEST_STALE_MS = 24 * 60 * 60_000;
const FETCH_MS = 5_000;
/** After a failed fetch nobody is asked for so long, whatever tokens come. */
const FAILED_MS = 5_000;
const LARGEST_SET_BYTES = 512 * 1024;

/** Throws `invalid_config` for a weak secret, a key that cannot be read, and a key set that would come over plain HTTP from elsewhere. */
export async function openJwtKeys(source: JwtKeySource, ports: { clock: Clock; logger: Logger }): Promise<JwtKeys> {
  if (source.kind === "jwks") return remoteKeys(requireSafeUrl(source.url), source.refetchMs ?? REFETCH_MS, ports);
  if (source.kind === "secret") return { key: secretKey(source.secret), algorithms: ["HS256"], stop: () => {} };
  return { key: await publicKey(source), algorithms: [source.algorithm], stop: () => {} };
}

function secretKey(secret: string): KeyInput {
  const bytes = Buffer.byteLength(secret);
  if (bytes >= SHORTEST_SECRET_BYTES) return createSecretKey(secret, "utf8");
  throw new TroupeError(
    "invalid_config",
    `the JWT secret has ${bytes} bytes; at least ${SHORTEST_SECRET_BYTES} are needed`,
  );
}

async function publicKey({ pem, algorithm }: Extract<JwtKeySource, { kind: "public_key" }>): Promise<KeyInput> {
  try {
    return await importSPKI(pem, algorithm);
  } catch (cause) {
    throw new TroupeError("invalid_config", `the JWT public key is no ${algorithm} key in PEM: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** Whoever can change the key set on its way can sign tokens. */
function requireSafeUrl(text: string): URL {
  const url = URL.parse(text);
  const isLoopback = url !== null && ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback)) return url;
  throw new TroupeError(
    "invalid_config",
    `the JWKS address must be https (http only on loopback): ${text.slice(0, 200)}`,
  );
}

function remoteKeys(url: URL, refetchMs: number, { clock, logger }: { clock: Clock; logger: Logger }): JwtKeys {
  let failedAtMs = Number.NEGATIVE_INFINITY;
  const set = createRemoteJWKSet(url, {
    timeoutDuration: FETCH_MS,
    cacheMaxAge: LONGEST_STALE_MS,
    cooldownDuration: refetchMs,
    [customFetch]: async (address, options) => {
      if (clock.monotonicMs() - failedAtMs < FAILED_MS) throw unreadable("they could not be read a moment ago");
      try {
        return await fetchBounded(address, options);
      } catch (cause) {
        failedAtMs = clock.monotonicMs();
        throw unreadable(messageOf(cause), cause);
      }
    },
  });
  const stopped = new AbortController();
  void refresh(set, { clock, logger, stopped: stopped.signal });
  return { key: set, algorithms: ASYMMETRIC_ALGORITHMS, stop: () => stopped.abort() };
}

/** Keys that the issuer withdrew are noticed by asking again, since no token names them. */
async function refresh(
  set: ReturnType<typeof createRemoteJWKSet>,
  { clock, logger, stopped }: { clock: Clock; logger: Logger; stopped: AbortSignal },
): Promise<void> {
  while (!stopped.aborted) {
    await set.reload().catch((error: unknown) => {
      logger.warn({ reason: messageOf(error) }, "the issuer's keys cannot be read; those known are used on");
    });
    await clock.sleep(REFRESH_MS, stopped).catch(() => undefined);
  }
}

/** Says nothing of the token that somebody waits to be judged. */
const unreadable = (why: string, cause?: unknown): TroupeError =>
  new TroupeError("unavailable", `the keys of the token's issuer cannot be read: ${why}`, { cause });

async function fetchBounded(address: string, options: RequestInit): Promise<Response> {
  const answer = await fetch(address, { ...options, redirect: "error" });
  if (answer.status !== 200) throw new Error(`the issuer answers ${answer.status}`);
  const { keys } = KeySet.parse(JSON.parse(await boundedText(answer)));
  return Response.json({ keys });
}

async function boundedText(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = answer.body?.getReader();
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    bytes += part.value.byteLength;
    if (bytes > LARGEST_SET_BYTES) throw new Error(`the key set has more than ${LARGEST_SET_BYTES} bytes`);
    chunks.push(part.value);
  }
  return Buffer.concat(chunks).toString("utf8");
}
