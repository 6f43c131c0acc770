/** A node as a process of its own: `node main.js --name web-1 --nats nats://…`. `troupe node` does the same with more comfort. */
import { errorBodyOf } from "../errors.ts";
import { createLogger } from "../telemetry/logger.ts";
import { traceHosts } from "../telemetry/process-tracing.ts";
import { loadNodeConfig } from "./config/load.ts";
import { createNode } from "./node.ts";
import { stopOnSignals } from "./stop-on-signals.ts";

try {
  const { logLevel, ...options } = loadNodeConfig(process.argv.slice(2), process.env);
  const logger = createLogger({ name: `node/${options.name}`, level: logLevel });
  const node = createNode({ ...options, tracing: await traceHosts(process.env, logger), logger });
  stopOnSignals(node, process);
  // Whoever started it over a channel is gone, and nobody else would end it. The channel alone does not keep it running.
  process.on("disconnect", () => process.exit(1));
  process.channel?.unref();
  await node.start();
  process.exitCode = await node.done;
} catch (error) {
  const { code, message } = errorBodyOf(error, "unavailable");
  console.error(`${code}: ${message}`);
  process.exitCode = 1;
}
