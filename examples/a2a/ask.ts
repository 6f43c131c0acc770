/** Asks a role of a running system over A2A, with A2A's own client: `node examples/a2a/ask.ts URL ROLE "question"`. */
import { randomUUID } from "node:crypto";
import { Role } from "@a2a-js/sdk";
import { ClientFactory } from "@a2a-js/sdk/client";

const [url = "http://127.0.0.1:8080", role = "router", question = "Explain what a queue is"] = process.argv.slice(2);

const agent = await new ClientFactory().createFromUrl(`${url}/a2a/${role}/.well-known/agent-card.json`, "");
const part = { content: { $case: "text" as const, value: question }, metadata: undefined, filename: "", mediaType: "" };
const message = {
  messageId: randomUUID(),
  contextId: "",
  taskId: "",
  role: Role.ROLE_USER,
  parts: [part],
  metadata: undefined,
  extensions: [],
  referenceTaskIds: [],
};
const request = { tenant: "", message, configuration: undefined, metadata: undefined };
for await (const { payload } of agent.sendMessageStream(request)) {
  if (payload?.$case === "task") console.log(`task ${payload.value.id}, context ${payload.value.contextId}`);
  if (payload?.$case !== "artifactUpdate") continue;
  for (const { content } of payload.value.artifact?.parts ?? []) console.log(content?.value);
}
