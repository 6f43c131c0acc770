import { type Blobs, INLINE_BODY_BYTES, type TaskOrder } from "@troupe/runtime/internal";
import type { ClientSeals } from "../encryption/client-seals.ts";

/** Inputs are encrypted where the system says so; over the inline limit they are stored beside the log, and a reference takes their place. */
export function inputCarrier(blobs: Pick<Blobs, "put">, seals: Pick<ClientSeals, "input">) {
  return async (order: TaskOrder): Promise<TaskOrder["input"]> => {
    const input = seals.input(order);
    const bytes = Buffer.from(JSON.stringify(input));
    if (bytes.length <= INLINE_BODY_BYTES) return input;
    const { role, sha256, bytes: size } = await blobs.put("client", bytes);
    return { $blob: { role, sha256, bytes: size } };
  };
}
