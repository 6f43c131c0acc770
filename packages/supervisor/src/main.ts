/** A supervisor as a process of its own: `node main.js --nats nats://…`. `troupe supervisor` does the same with more comfort. */
import { createLogger, errorBodyOf } from "@troupe/runtime/internal";
import { loadSupervisorConfig } from "./config/load.ts";
import { createSupervisor } from "./supervisor.ts";

try {
  const { logLevel, ...options } = loadSupervisorConfig(process.argv.slice(2), process.env);
  const supervisor = createSupervisor({ ...options, logger: createLogger({ name: "supervisor", level: logLevel }) });
  const stop = () => {
    // A second signal finds no handler and ends the process at once.
    void supervisor.stop();
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  await supervisor.start();
  await supervisor.done;
} catch (error) {
  console.error(JSON.stringify({ error: errorBodyOf(error, "unavailable") }));
  process.exitCode = 1;
}
