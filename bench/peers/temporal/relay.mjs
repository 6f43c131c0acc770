/** The relay on Temporal: a worker for the workflow, one for the activity of each role, and a client that awaits workflows. */
import { join } from "node:path";
import { bodyOf, joined, requireFrom, SLOTS } from "../part.mjs";

const [part, folder, address] = process.argv.slice(2);
const installed = requireFrom(folder);

async function client() {
  const { Client, Connection } = installed("@temporalio/client");
  const connection = await Connection.connect({ address });
  const { workflow } = new Client({ connection });
  let count = 0;
  const start = async () => {
    const task = `t${process.pid}-${++count}`;
    const given = { taskQueue: "flow", workflowId: task, args: [bodyOf(task)] };
    if ((await workflow.execute("relay", given)) !== task) throw new Error(`${task} ended otherwise`);
  };
  joined({ start, leave: () => connection.close() });
}

async function role() {
  const { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime, Worker } =
    installed("@temporalio/worker");
  const logging = { filter: makeTelemetryFilterString({ core: "ERROR" }) };
  Runtime.install({ logger: new DefaultLogger("ERROR"), telemetryOptions: { logging } });
  const connection = await NativeConnection.connect({ address });
  // The compiler of workflows looks for the library beside them.
  const work =
    part === "flow"
      ? { workflowsPath: join(folder, "workflow.mjs"), maxConcurrentWorkflowTaskExecutions: SLOTS }
      : { activities: { pass: async (message) => message }, maxConcurrentActivityTaskExecutions: SLOTS };
  const worker = await Worker.create({ connection, taskQueue: part, ...work });
  const running = worker.run();
  joined({
    leave: () => {
      worker.shutdown();
      return running;
    },
  });
}

await (part === "client" ? client() : role());
