/** What an operator may change about the running version. Pure: a change of the desired state, or what is wrong with the request. */
import { type Deployment, type Desired, TroupeError } from "@troupe/runtime/internal";

export type OperatorChange =
  | { readonly kind: "pause"; readonly role: string }
  | { readonly kind: "resume"; readonly role: string }
  | { readonly kind: "scale"; readonly role: string; readonly replicas: number };

/** Applies a change. Doing it twice gives the same state. Throws `unknown_role` with the roles that there are. */
export function applyChange(desired: Desired, { manifest }: Deployment, change: OperatorChange): Desired {
  const { role } = change;
  if (!Object.hasOwn(manifest.roles, role)) {
    const roles = Object.keys(manifest.roles);
    throw new TroupeError("unknown_role", `no role ${JSON.stringify(role)}; there are ${roles.join(", ")}`, {
      details: { roles },
    });
  }
  if (change.kind === "scale") return { ...desired, replicas: { ...desired.replicas, [role]: change.replicas } };
  const others = desired.paused.filter((paused) => paused !== role);
  return { ...desired, paused: change.kind === "pause" ? [...others, role] : others };
}
