/** A NATS service that a role uses as a tool: any program that answers requests on a subject is one. */
import { connect, nkeyAuthenticator } from "@nats-io/transport-node";

const seed = process.env["TOOLS_SEED"];
const nc = await connect({
  servers: process.env["TROUPE_NATS_URL"] ?? "nats://127.0.0.1:4222",
  ...(seed === undefined ? {} : { authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)) }),
});
console.log("serving tool.weather.get");
for await (const request of nc.subscribe("tool.weather.get", { queue: "weather" })) {
  const { city } = request.json<{ city: string }>();
  request.respond(JSON.stringify({ city, celsius: 21 }));
}
