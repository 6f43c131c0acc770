/** Names and values of OpenTelemetry's GenAI conventions (1.45, in development): here alone, so that a change of theirs is one edit. */

/** Providers that the conventions name, by the host of their endpoint. */
const PROVIDERS: Readonly<Record<string, string>> = {
  "api.openai.com": "openai",
  "api.anthropic.com": "anthropic",
  "api.mistral.ai": "mistral_ai",
  "api.groq.com": "groq",
  "api.deepseek.com": "deepseek",
  "api.x.ai": "x_ai",
  "api.perplexity.ai": "perplexity",
  "api.cohere.ai": "cohere",
  "generativelanguage.googleapis.com": "gcp.gemini",
};

/** `gen_ai.provider.name` of an endpoint; of others than the named ones, the host. */
export function providerName(baseUrl: string): string {
  const { hostname } = new URL(baseUrl);
  return PROVIDERS[hostname] ?? (hostname.endsWith(".openai.azure.com") ? "azure.ai.openai" : hostname);
}

export const GEN_AI = {
  operation: "gen_ai.operation.name",
  provider: "gen_ai.provider.name",
  requestModel: "gen_ai.request.model",
  requestTemperature: "gen_ai.request.temperature",
  requestMaxTokens: "gen_ai.request.max_tokens",
  responseModel: "gen_ai.response.model",
  finishReasons: "gen_ai.response.finish_reasons",
  inputTokens: "gen_ai.usage.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  conversation: "gen_ai.conversation.id",
  agentName: "gen_ai.agent.name",
  toolName: "gen_ai.tool.name",
  toolType: "gen_ai.tool.type",
  toolCall: "gen_ai.tool.call.id",
  toolArguments: "gen_ai.tool.call.arguments",
  toolResult: "gen_ai.tool.call.result",
  inputMessages: "gen_ai.input.messages",
  outputMessages: "gen_ai.output.messages",
} as const;
