import { z } from "zod";
import { TroupeError } from "../errors.ts";

const path = z.string().min(1).max(4_096);

/** How a link proves the server, and itself to the server. Files are read at every connect, so that they may be replaced. */
export const TlsSettings = z.strictObject({
  /** File of the authority that signed the server's certificate; default those that Node trusts. */
  ca: path.optional(),
  /** Certificate and key of this side, where the server asks for them (mTLS). */
  cert: path.optional(),
  key: path.optional(),
  /** TLS before the server's first word; the server must be set to the same. Default false. */
  isFirst: z.boolean().optional(),
});
export type TlsSettings = z.infer<typeof TlsSettings>;

/** Settings from what was given; `undefined` when nothing was. Throws `invalid_config` for a certificate without its key. */
export function tlsSettings({
  ca,
  cert,
  key,
  isFirst = false,
}: { readonly [name in keyof TlsSettings]: TlsSettings[name] | undefined }): TlsSettings | undefined {
  if ((cert === undefined) !== (key === undefined)) {
    throw new TroupeError("invalid_config", "TLS: a certificate and its key belong together; give both or none");
  }
  if (ca === undefined && cert === undefined && !isFirst) return undefined;
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(isFirst && { isFirst }),
  };
}

/** Settings from `TROUPE_TLS_CA`, `TROUPE_TLS_CERT`, `TROUPE_TLS_KEY` and `TROUPE_TLS_FIRST`; empty counts as unset. Throws `invalid_config`. */
export function tlsOfEnvironment(env: Readonly<Record<string, string | undefined>>): TlsSettings | undefined {
  return tlsSettings({
    ca: env["TROUPE_TLS_CA"] || undefined,
    cert: env["TROUPE_TLS_CERT"] || undefined,
    key: env["TROUPE_TLS_KEY"] || undefined,
    isFirst: ["1", "true"].includes(env["TROUPE_TLS_FIRST"] ?? ""),
  });
}
