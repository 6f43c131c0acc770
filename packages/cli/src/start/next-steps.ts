import type { Paint } from "../terminal.ts";

export interface NextStepsInput {
  readonly natsUrl: string;
  readonly httpUrl: string;
  readonly system: string;
  readonly role: string;
  readonly model: "offline" | "live";
}

/** What to try now, with the addresses of this very system. */
export function nextSteps({ natsUrl, httpUrl, system, role, model }: NextStepsInput, paint: Paint): readonly string[] {
  const text = "Write a function that adds two numbers";
  const lines = [
    "",
    `Running. HTTP ${paint("cyan", httpUrl)}   NATS ${paint("cyan", natsUrl)}   (Ctrl-C stops everything)`,
    "",
    "Try in a second terminal, in this folder:",
    `  npx troupe task run ${role} "${text}"`,
    `  curl -s ${httpUrl}/api/v1/tasks -H 'Content-Type: application/json' -d '{"role":"${role}","input":"${text}"}'`,
    `  nats -s ${natsUrl} req ${system}.tasks.${role}.run '${text}' --wait-for-empty --reply-timeout=30s --no-templates`,
  ];
  return model === "live" ? lines : [...lines, ...connectAModel()];
}

/** The two lines that replace the offline model. */
function connectAModel(): readonly string[] {
  return [
    "",
    "Answers come from the built-in offline model. For a real one:",
    '  OPENAI_API_KEY=sk-… npx troupe start --live "your task"',
    '  OPENAI_BASE_URL=http://127.0.0.1:11434/v1 OPENAI_API_KEY=local TROUPE_MODEL=llama3.2 npx troupe start --live "your task"',
  ];
}
