/** The relay on Restate: a service for each role, which calls the next and answers what that answers; the client calls the first. */
import { bodyOf, joined, requireFrom } from "../part.mjs";

const [part, folder, port, ingress] = process.argv.slice(2);
const NEXT = { a: "b", b: "c" };

function client() {
  let count = 0;
  const start = async () => {
    const task = `t${++count}`;
    const response = await fetch(`${ingress}/a/pass`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(bodyOf(task)),
    });
    const answer = await response.json();
    if (!response.ok || answer !== task)
      throw new Error(`Restate answered ${response.status} ${JSON.stringify(answer)}`);
  };
  joined({ start, leave: () => undefined });
}

async function role() {
  const restate = requireFrom(folder)("@restatedev/restate-sdk");
  const next = NEXT[part];
  const pass = (ctx, message) => (next ? ctx.serviceClient({ name: next }).pass(message) : message.task);
  const service = restate.service({ name: part, handlers: { pass } });
  await restate.endpoint().bind(service).listen(Number(port));
  joined({ leave: () => undefined });
}

await (part === "client" ? client() : role());
