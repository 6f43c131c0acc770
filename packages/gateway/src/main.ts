/** A gateway as a process of its own; settings come from the environment. */
import { createLogger, messageOf, TroupeError, traceDoor } from "@troupe/runtime/internal";
import { loadSettings } from "./config/load.ts";
import { createGateway } from "./gateway.ts";

try {
  const { logLevel, ...settings } = await loadSettings(process.env);
  const logger = createLogger({ name: "gateway", level: logLevel });
  const tracing = await traceDoor(process.env, settings.system, logger);
  const gateway = createGateway({ ...settings, tracer: tracing?.tracer, logger });
  const end = async () => {
    await gateway.stop();
    await tracing?.close();
  };
  const stop = () => {
    end().then(
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
