/** One plain nats-server for a whole test run: `TROUPE_TEST_NATS_URL`. Tests that kill a server start their own. */
import { startTestServer, type TestServer } from "./support/nats-server.ts";

let server: TestServer | undefined;

export async function globalSetup(): Promise<void> {
  server = await startTestServer();
  process.env["TROUPE_TEST_NATS_URL"] = server.url;
}

export async function globalTeardown(): Promise<void> {
  await server?.stop();
}
