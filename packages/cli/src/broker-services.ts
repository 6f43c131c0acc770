import { loadModelSettings, modelServices, toolServices } from "@troupe/agents/internal";
import type { BrokerService } from "@troupe/runtime";
import { auditService, encryptionService } from "@troupe/runtime/internal";

/**
 * What the nodes of this program do for their hosts; a handler reaches a service by its name, `ctx.ask(name, body)`. Throws `invalid_config`
 * when the environment says something wrong of models.
 */
export const brokerServices = (
  variables: Readonly<Record<string, string | undefined>>,
  encryptionKeysFile: string | undefined,
): readonly BrokerService[] => [
  ...modelServices(loadModelSettings(variables)),
  ...toolServices(),
  auditService(),
  encryptionService(encryptionKeysFile),
];
