import type { LeadingPorts } from "../leading/leading-ports.ts";
import type { Membership } from "../membership/snapshot.ts";
import { identityChanges } from "./identities.ts";

/** Makes up for what a deployment could not do, and takes the identities of versions that have drained and of nodes that are gone. */
export async function keepIdentities(
  ports: Pick<LeadingPorts, "store" | "identities" | "events" | "audit" | "requireLeading">,
  { nodes }: Membership,
): Promise<void> {
  const { store, identities, events, audit, requireLeading } = ports;
  const { desired, deployments } = store.view;
  const known = await identities.known();
  if (!desired || !known) return;
  const members = [...nodes.values()].map(({ member }) => member);
  const changes = identityChanges(desired, known, members);
  for (const deployment of changes.issue.flatMap((version) => deployments.get(version) ?? [])) {
    requireLeading();
    await identities.issue(deployment, desired.revoked ?? []);
    await audit.store({ event: "credentials_issued", who: {}, whose: `roles of ${deployment.version}` });
    events.record({
      name: "identities.issued",
      about: deployment.version,
      reason: "its roles had none, or others than are desired",
    });
  }
  for (const version of changes.revoke) {
    requireLeading();
    const reason = "the version has drained";
    await identities.revoke(version);
    await audit.store({ event: "credentials_revoked", who: {}, whose: `roles of ${version}`, reason });
    events.record({ name: "identities.revoked", about: version, reason });
  }
  for (const node of changes.retire) {
    requireLeading();
    const reason = "the node is gone";
    await identities.retire(node);
    await audit.store({ event: "credentials_revoked", who: {}, whose: `node ${node}`, reason });
    events.record({ name: "identities.revoked", about: node, reason });
  }
}
