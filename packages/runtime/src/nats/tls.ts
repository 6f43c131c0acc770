import { z } from "zod";

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
