/** A role that an agent at `STUB_URL` plays. */
import { a2aRole } from "@troupe/agents";
import { defineSystem } from "@troupe/runtime";

export default defineSystem({
  name: "remote",
  graph: { client: ["remote"], remote: ["client"] },
  roles: { remote: a2aRole({ card: process.env["STUB_URL"] ?? "", to: "client", concurrency: 4 }) },
});
