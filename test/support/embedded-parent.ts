/** A process of its own that starts an embedded server and stays, for tests that kill it. Arguments: store folder, or nothing. */
import { createLogger, startEmbeddedServer } from "@troupe/runtime/internal";

const [storeDir] = process.argv.slice(2);
try {
  const server = await startEmbeddedServer({
    system: "orphan",
    storeDir,
    env: process.env,
    logger: createLogger({ name: "test", level: "silent" }),
  });
  console.log(JSON.stringify({ pid: server.pid, url: server.url, storeDir: server.storeDir }));
  setInterval(() => undefined, 60_000);
} catch (error) {
  console.log(JSON.stringify({ error: error instanceof Error && "code" in error ? error.code : String(error) }));
}
