import { type HopId, hopId, roleOfMailbox, type TaskRecord } from "@troupe/runtime/internal";

/** Keys of hop ids by role, as the deployment holds them. */
export type HopKeys = ReadonlyMap<string, Uint8Array>;

export const hopKeysOf = (hexByRole: Readonly<Record<string, string>>): HopKeys =>
  new Map(Object.entries(hexByRole).map(([role, hex]) => [role, Buffer.from(hex, "hex")]));

/** Whether a record is a mailbox message and no copy of one. */
export const isOriginalMessage = ({ subject: { name } }: TaskRecord): boolean =>
  name.class === "m" && !name.kind.startsWith("again");

/** The hop that a `send`, `fan` or `call` opens (DESIGN §5, Receive); `undefined` for a reply, for anything else, and for a role without a key. */
export function openedHop({ subject, header }: TaskRecord, keys: HopKeys): HopId | undefined {
  const { name, hop, task } = subject;
  if (name.class !== "m" || hop === "end") return undefined;
  if (name.kind === "fan" || name.kind === "call") return hop;
  const key = keys.get(roleOfMailbox(name.to));
  const index = header?.passport?.index;
  if (name.kind !== "send" || !key || index === undefined) return undefined;
  return hopId(key, task, hop, index);
}

/** The message that opened each hop of a task. */
export function hopInputs(records: readonly TaskRecord[], keys: HopKeys): ReadonlyMap<HopId, TaskRecord> {
  const inputs = new Map<HopId, TaskRecord>();
  for (const record of records) {
    const hop = openedHop(record, keys);
    if (hop !== undefined && !inputs.has(hop)) inputs.set(hop, record);
  }
  return inputs;
}
