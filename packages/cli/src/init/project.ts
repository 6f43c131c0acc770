/** The files of a new project: small, and running as they are. */

export interface ProjectInput {
  /** Name of the package and of the system. */
  readonly name: string;
  /** Specifiers of the packages that it depends on. */
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Texts by path. */
export function projectFiles({ name, dependencies }: ProjectInput): ReadonlyMap<string, string> {
  return new Map([
    ["package.json", `${JSON.stringify(packageJson(name, dependencies), undefined, 2)}\n`],
    ["system.ts", systemFile(name)],
    ["README.md", readme(name)],
    [".gitignore", "node_modules/\n.troupe/\n"],
  ]);
}

function packageJson(name: string, dependencies: Readonly<Record<string, string>>): unknown {
  return {
    name,
    version: "0.1.0",
    private: true,
    type: "module",
    engines: { node: ">=24" },
    scripts: { start: "troupe start --file system.ts", graph: "troupe graph system.ts", doctor: "troupe doctor" },
    dependencies,
  };
}

const systemFile = (name: string): string => `import { actor, defineSystem, forward } from "@troupe/runtime";
import { agent } from "@troupe/agents";

/** A role in plain TypeScript. Between its steps it must be deterministic: after a crash it runs again over what was recorded. */
const intake = actor({
  description: "Prepares the request",
  receive: async (message, ctx) => {
    const at = await ctx.now();
    ctx.log.info({ at }, "request taken");
    return forward("writer", { input: message });
  },
});

/** A role that a model plays. With no key set, the built-in offline model answers. */
const writer = agent({
  description: "Writes the answer",
  model: "fast",
  instructions: "You are the writer. Answer the request in a few plain sentences.",
  to: "client",
});

export default defineSystem({
  name: "${name}",
  graph: { client: ["intake"], intake: ["writer"], writer: ["client"] },
  roles: { intake, writer },
});
`;

const readme = (name: string): string => `# ${name}

\`\`\`
npm install
npm start -- "Say hello to the world"
\`\`\`

\`npm start\` runs everything on this machine (NATS, supervisor, gateway, two nodes, an offline model), shows the task, and stays up; a
change of \`system.ts\` takes effect at once. \`npm start -- --once --json "…"\` ends after the task and prints it as JSON.

With a real model: \`OPENAI_API_KEY=… npm start -- --live "…"\`.

- \`npm run graph\` draws the roles and who may send to whom
- \`npx troupe task run intake "…"\` from a second terminal
- \`npx troupe status\`, \`npx troupe doctor\`
`;
