import type { Link } from "@troupe/runtime/internal";

/** Resolves when the link has lost its connection. */
export async function disconnection({ nc }: Link): Promise<void> {
  for await (const { type } of nc.status()) if (type === "disconnect") return;
}
