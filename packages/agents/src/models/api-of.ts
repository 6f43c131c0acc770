import { chatApi } from "./chat-api.ts";
import type { ModelApi, ModelApiName } from "./model-api.ts";
import { responsesApi } from "./responses-api.ts";

const APIS: Readonly<Record<ModelApiName, ModelApi>> = { chat: chatApi, responses: responsesApi };

/** Chat completions, unless the alias says otherwise: it is what every compatible server has. */
export const apiOf = (name: ModelApiName | undefined): ModelApi => APIS[name ?? "chat"];
