/** A gateway as a process of its own; settings come from the environment. */
import { createLogger, messageOf, TroupeError } from "@troupe/runtime/internal";
import { loadSettings } from "./config/load.ts";
import { createGateway } from "./gateway.ts";

try {
  const { logLevel, ...settings } = await loadSettings(process.env);
  const gateway = createGateway({ ...settings, logger: createLogger({ name: "gateway", level: logLevel }) });
  const stop = () => {
    gateway.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`gateway: ${messageOf(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  await gateway.start();
} catch (error) {
  process.stderr.write(`gateway: ${TroupeError.is(error) ? `${error.code}: ` : ""}${messageOf(error)}\n`);
  process.exitCode = 1;
}
