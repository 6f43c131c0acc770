/** How a role presents itself to A2A clients. Pure. */
import { AgentCard, type AgentInterface } from "@a2a-js/sdk";
import { z } from "zod";
import type { Deployed } from "../task/task-api.ts";

/** Protocol versions that are spoken. */
export const A2A_VERSION = "1.0";
export const LEGACY_VERSION = "0.3";

const Card = z.record(z.string(), z.unknown());
const MODES = ["text/plain", "application/json"];

/** What a card says besides what the role is. */
export interface CardSettings {
  /** Where the gateway is reached, without a slash at the end. */
  readonly baseUrl: string;
  /** Whether callers have to sign in. */
  readonly hasSignIn: boolean;
}

/** Path of a role's interfaces, below the gateway's own address. */
const pathOf = (role: string): string => `/a2a/${role}`;

export function agentCard(
  { system, version }: Pick<Deployed, "system" | "version">,
  role: string,
  { baseUrl, hasSignIn }: CardSettings,
): AgentCard {
  const { description = `The role ${role} of the system ${system.manifest.name}`, kind = "actor" } =
    system.roles.get(role)?.manifest ?? {};
  const url = `${baseUrl}${pathOf(role)}`;
  const at = (protocolBinding: string, protocolVersion: string): AgentInterface => ({
    url,
    protocolBinding,
    protocolVersion,
    tenant: "",
  });
  return {
    name: role,
    description,
    version,
    supportedInterfaces: [at("JSONRPC", A2A_VERSION), at("HTTP+JSON", A2A_VERSION), at("JSONRPC", LEGACY_VERSION)],
    provider: undefined,
    capabilities: { streaming: true, pushNotifications: true, extendedAgentCard: false, extensions: [] },
    securitySchemes: hasSignIn ? SCHEMES : {},
    securityRequirements: hasSignIn ? Object.keys(SCHEMES).map((name) => ({ schemes: { [name]: { list: [] } } })) : [],
    defaultInputModes: MODES,
    defaultOutputModes: MODES,
    skills: [
      {
        id: role,
        name: role,
        description,
        tags: [kind],
        examples: [],
        inputModes: MODES,
        outputModes: MODES,
        securityRequirements: [],
      },
    ],
    signatures: [],
  };
}

const SCHEMES: AgentCard["securitySchemes"] = {
  bearer: {
    scheme: {
      $case: "httpAuthSecurityScheme",
      value: { description: "An API key, or a JWT of the issuer.", scheme: "bearer", bearerFormat: "" },
    },
  },
  apiKey: {
    scheme: {
      $case: "apiKeySecurityScheme",
      value: { description: "An API key.", location: "header", name: "X-API-Key" },
    },
  },
};

/** The same schemes in the words of both generations. */
const SCHEMES_OF_BOTH = {
  bearer: { httpAuthSecurityScheme: { scheme: "bearer" }, type: "http", scheme: "bearer" },
  apiKey: {
    apiKeySecurityScheme: { location: "header", name: "X-API-Key" },
    type: "apiKey",
    in: "header",
    name: "X-API-Key",
  },
};

/**
 * The card as JSON, for both generations of clients: what 0.3 wants stands beside what 1.0 wants, under names that the other leaves alone.
 */
export function cardBody(card: AgentCard): string {
  const hasSchemes = Object.keys(card.securitySchemes).length > 0;
  return JSON.stringify({
    ...Card.parse(AgentCard.toJSON(card)),
    protocolVersion: `${LEGACY_VERSION}.0`,
    url: card.supportedInterfaces[0]?.url,
    preferredTransport: "JSONRPC",
    supportsAuthenticatedExtendedCard: false,
    ...(hasSchemes
      ? { securitySchemes: SCHEMES_OF_BOTH, security: Object.keys(SCHEMES_OF_BOTH).map((name) => ({ [name]: [] })) }
      : {}),
  });
}
