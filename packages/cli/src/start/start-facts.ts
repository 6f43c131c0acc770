import { httpFacts, natsFacts } from "../environment/facts.ts";
import type { SettingFacts } from "../environment/weak-settings.ts";
import type { LocalSystemOptions } from "./local-system.ts";

/** What is judged before anything is started. A server that is started itself has keys for everybody, and listens on loopback only. */
export async function startFacts(options: LocalSystemOptions): Promise<SettingFacts> {
  const { natsUrl, keysFile, tls, env, isSynced, isInMemory, model } = options;
  return {
    ...(natsUrl === undefined ? {} : { nats: await natsFacts({ natsUrl, keysFile, tls }) }),
    http: await httpFacts("127.0.0.1", env),
    store: { replicas: 1, isSynced, isThrownAway: isInMemory && natsUrl === undefined },
    model,
    hasAuditKey: natsUrl === undefined || keysFile !== undefined,
  };
}
