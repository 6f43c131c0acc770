import type { LeadingPorts } from "../leading/leading-ports.ts";
import { identityChanges } from "./identities.ts";

/** Makes up for what a deployment could not do, and takes the identities of versions that have drained. */
export async function keepIdentities(
  ports: Pick<LeadingPorts, "store" | "identities" | "events" | "audit" | "requireLeading">,
): Promise<void> {
  const { store, identities, events, audit, requireLeading } = ports;
  const { desired, deployments } = store.view;
  const known = await identities.versions();
  if (!desired || !known) return;
  const changes = identityChanges(desired, known);
  for (const deployment of changes.issue.flatMap((version) => deployments.get(version) ?? [])) {
    requireLeading();
    await identities.issue(deployment);
    await audit.store({ event: "credentials_issued", who: {}, whose: `roles of ${deployment.version}` });
    events.record({ name: "identities.issued", about: deployment.version, reason: "its roles had none" });
  }
  for (const version of changes.revoke) {
    requireLeading();
    const reason = "the version has drained";
    await identities.revoke(version);
    await audit.store({ event: "credentials_revoked", who: {}, whose: `roles of ${version}`, reason });
    events.record({ name: "identities.revoked", about: version, reason });
  }
}
