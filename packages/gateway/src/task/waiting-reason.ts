/** Why nobody has taken a task's last message, where the supervisor knows. Pure. */
import { roleOfMailbox, type TaskRecord } from "@troupe/runtime/internal";
import { z } from "zod";

/** What is read of `<sys>.supervisor.placement`. */
const Placed = z.object({
  replicas: z.array(z.object({ id: z.string() })),
  unplaced: z.array(
    z.object({
      version: z.string(),
      role: z.string(),
      variant: z.string().nullable(),
      reason: z.string(),
    }),
  ),
  paused: z.array(z.string()),
});

/** The mailbox in which a task's last message lies; `undefined` when its last record is none: then somebody has it, or it waits for an answer. */
export function lastMailbox(records: readonly TaskRecord[]): { version: string; mailbox: string } | undefined {
  const last = records.at(-1)?.subject;
  if (last?.name.class !== "m") return undefined;
  return { version: last.version, mailbox: last.name.to };
}

/** Why no actor takes from that mailbox; `undefined` when one could. */
export function waitingReason(
  answer: unknown,
  { version, mailbox }: { version: string; mailbox: string },
): string | undefined {
  const parsed = Placed.safeParse(answer);
  if (!parsed.success) return undefined;
  const { replicas, unplaced, paused } = parsed.data;
  const role = roleOfMailbox(mailbox);
  if (paused.includes(role)) return `${role} is paused`;
  if (replicas.some(({ id }) => id.startsWith(`${version}/${mailbox}/`))) return undefined;
  const homeless = unplaced.find(
    (one) => one.version === version && (one.variant === null ? one.role : `${one.role}_${one.variant}`) === mailbox,
  );
  return homeless ? `no place for ${mailbox}: ${homeless.reason}` : `no replica of ${mailbox} is to run`;
}
