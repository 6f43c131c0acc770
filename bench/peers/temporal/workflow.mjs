/** The relay as a Temporal workflow: an activity of each role, on that role's task queue, one after another. */
import { proxyActivities } from "@temporalio/workflow";

const roles = ["a", "b", "c"].map((taskQueue) => proxyActivities({ taskQueue, startToCloseTimeout: "1 minute" }));

export async function relay(message) {
  for (const { pass } of roles) message = await pass(message);
  return message.task;
}
