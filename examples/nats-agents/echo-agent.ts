/** An agent of the Agent Protocol for NATS 0.3 with no library but the NATS client: it says what it was told, word by word. */
import { connect, headers, type Msg, nkeyAuthenticator } from "@nats-io/transport-node";
import { z } from "zod";

const PLACE = "echo.examples.one";
const METADATA = { agent: "echo", owner: "examples", protocol_version: "0.3" };
const INTERVAL_S = 30;

const seed = process.env["TOOLS_SEED"];
const nc = await connect({
  servers: process.env["TROUPE_NATS_URL"] ?? "nats://127.0.0.1:4222",
  ...(seed === undefined ? {} : { authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)) }),
});

const id = crypto.randomUUID();
const heartbeat = () => {
  const { agent, owner } = METADATA;
  return JSON.stringify({ agent, owner, instance_id: id, ts: new Date().toISOString(), interval_s: INTERVAL_S });
};
const endpoint = { name: "prompt", subject: `agents.prompt.${PLACE}`, queue_group: "agents", metadata: {} };
const info = {
  type: "io.nats.micro.v1.info_response",
  name: "agents",
  id,
  version: "1.0.0",
  description: "Says what it was told",
  metadata: METADATA,
  endpoints: [endpoint],
};

const Form = z.object({ prompt: z.string().min(1) });

/** The prompt: text, or a form in JSON. Throws for a form that is none. */
const promptOf = (text: string): string =>
  text.trimStart().startsWith("{") ? Form.parse(JSON.parse(text)).prompt : text;

function answer(request: Msg): void {
  const chunk = (type: string, data: string) => request.respond(JSON.stringify({ type, data }));
  chunk("status", "ack");
  for (const word of `You said: ${promptOf(request.string())}`.split(/(?<= )/)) chunk("response", word);
}

function refuse(request: Msg, why: unknown): void {
  const failed = headers();
  failed.set("Nats-Service-Error-Code", "400");
  failed.set("Nats-Service-Error", String(why).replaceAll(/\s+/g, " ").slice(0, 200));
  request.respond("", { headers: failed });
}

nc.subscribe("$SRV.INFO.agents", { callback: (_, request) => void request.respond(JSON.stringify(info)) });
nc.subscribe(`agents.status.${PLACE}`, { callback: (_, request) => void request.respond(heartbeat()) });
nc.publish(`agents.hb.${PLACE}`, heartbeat());
setInterval(() => nc.publish(`agents.hb.${PLACE}`, heartbeat()), INTERVAL_S * 1_000);

console.log(`taking prompts on ${endpoint.subject}`);
for await (const request of nc.subscribe(endpoint.subject, { queue: "agents" })) {
  try {
    answer(request);
  } catch (error) {
    refuse(request, error);
  }
  // Empty, and without headers: the end.
  request.respond("");
}
