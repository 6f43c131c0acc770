import type { CompiledRole, CompiledSystem, Mailbox } from "./compile.ts";

/** A task's requirements that no variant of any role declares: refused at the door with `unmet_capabilities`. */
export function undeclaredRequirements(system: CompiledSystem, requires: readonly string[]): readonly string[] {
  const declared = new Set(system.mailboxes.flatMap((mailbox) => mailbox.capabilities));
  return requires.filter((capability) => !declared.has(capability));
}

/**
 * The mailbox of a role for a task: the smallest variant that has every required capability which the role knows at all. A role that
 * declares none of them is not concerned and takes the task in its own mailbox. `undefined` when no single variant has them all.
 */
export function mailboxFor(role: CompiledRole, requires: readonly string[]): Mailbox | undefined {
  if (role.mailboxes.length === 1) return role.mailboxes[0];
  const known = new Set(role.mailboxes.flatMap((mailbox) => mailbox.capabilities));
  const needed = requires.filter((capability) => known.has(capability));
  return role.mailboxes
    .filter((mailbox) => needed.every((capability) => mailbox.capabilities.includes(capability)))
    .toSorted((a, b) => a.capabilities.length - b.capabilities.length)[0];
}
