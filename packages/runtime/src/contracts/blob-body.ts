import { z } from "zod";

/** Names a body that is stored beside the log, under the hash of its bytes. */
export const BlobRef = z.strictObject({
  /** The role (or `client`) that stored it. */
  role: z.string().min(1).max(64),
  /** Hex SHA-256 of the whole. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(0),
});
export type BlobRef = z.infer<typeof BlobRef>;

/**
 * A message body that is too large for a record: what stands in its place (R-TASK-8). Whoever runs the hop fetches it before the handler
 * sees the message; its content is the JSON of the body, stored under the hash of its bytes.
 */
export const BlobBody = z.strictObject({ $blob: BlobRef });
export type BlobBody = z.infer<typeof BlobBody>;
