/** A small MCP server over standard streams, made with the public SDK: it keeps notes in memory. */
import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";

const notes = new Map<string, string>();
const text = (value: string) => ({ content: [{ type: "text" as const, text: value }] });

serveStdio(() => {
  const server = new McpServer({ name: "notes", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.registerTool(
    "read",
    { description: "Reads the note of a name", inputSchema: z.object({ name: z.string() }) },
    ({ name }) => text(notes.get(name) ?? `there is no note ${name}`),
  );
  server.registerTool(
    "write",
    { description: "Writes the note of a name", inputSchema: z.object({ name: z.string(), text: z.string() }) },
    ({ name, text: note }) => {
      notes.set(name, note);
      return text("written");
    },
  );
  server.registerTool("erase_all", { description: "Erases every note", inputSchema: z.object({}) }, () => {
    notes.clear();
    return text("erased");
  });
  return server;
});
