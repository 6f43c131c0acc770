/** The OpenAPI 3.1 document, generated from the operations and their schemas. Pure. */
import { ERRORS, type ErrorCode, JsonValue } from "@troupe/runtime/internal";
import { z } from "zod";
import type { ErrorForm, Operation } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";
import { PROBLEM_TYPE } from "./problem.ts";
import {
  ConfigName,
  HealthResponse,
  ProblemResponse,
  RoleName,
  RpcStatus,
  ServerSentEvent,
  TaskIdText,
} from "./schemas.ts";

const Document = z.record(z.string(), z.unknown());
type Json = Readonly<Record<string, unknown>>;

/** The only schemas that refer to themselves are those of any JSON value. */
const RECURSIVE = /^#\/\$defs\/__schema\d+$/;
const ANY_JSON = "#/components/schemas/Json";
const EVENTS: Json = { $ref: "#/components/schemas/ServerSentEvent" };

/** Keys of this name are refused wherever they stand. */
const NAMES: Json = { not: { const: "__proto__" } };
/** Any JSON value: what a schema leaves open. */
const JSON_VALUE: Json = {
  description: "Any JSON value.",
  propertyNames: NAMES,
  additionalProperties: { $ref: ANY_JSON },
  items: { $ref: ANY_JSON },
};

/** A zod schema as it stands inside the document: what it defines for itself is the document's own "any JSON value". */
function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const {
    $schema: _,
    $defs: _local,
    ...rest
  } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === JsonValue) jsonSchema.$ref = ANY_JSON;
    },
  });
  const withOwnReferences: unknown = JSON.parse(JSON.stringify(rest), (key, value: unknown) => {
    if (key === "$ref" && typeof value === "string" && RECURSIVE.test(value)) return ANY_JSON;
    return isOpen(value) ? asOpenObject(value) : value;
  });
  return Document.parse(withOwnReferences);
}

interface OpenObject {
  readonly additionalProperties: object;
  readonly propertyNames?: object;
}

/** Whether a schema is of an object that takes keys that it does not name. */
const isOpen = (value: unknown): value is OpenObject =>
  typeof value === "object" &&
  value !== null &&
  "additionalProperties" in value &&
  typeof value.additionalProperties === "object";

function asOpenObject(schema: OpenObject): OpenObject {
  const { additionalProperties, propertyNames } = schema;
  const isAny = Object.keys(additionalProperties).length === 0;
  return {
    ...schema,
    additionalProperties: isAny ? { $ref: ANY_JSON } : additionalProperties,
    propertyNames: { ...propertyNames, ...NAMES },
  };
}

/** How callers sign in; what is named first is tried first by tools. */
const SECURITY_SCHEMES: Json = {
  bearer: {
    type: "http",
    scheme: "bearer",
    description: "An API key (`troupe token create`), or a JWT of the issuer.",
  },
  apiKey: { type: "apiKey", in: "header", name: "X-API-Key", description: "An API key." },
};
const SIGN_IN: readonly Json[] = Object.keys(SECURITY_SCHEMES).map((name) => ({ [name]: [] }));

/** What any operation that is not public may meet before it begins. */
const GUARD_ERRORS = [
  "unauthorized",
  "forbidden",
  "rate_limited",
  "shedding_load",
] as const satisfies readonly ErrorCode[];

function pathsOf(operations: readonly Operation[], hasSignIn: boolean): Json {
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: operationObject(operation, hasSignIn),
    };
  }
  return paths;
}

const NO_CONTENT = 204;

const isEndless = ({ success }: Operation): boolean => success.isEndless === true;

/** `hasSignIn`: whether callers have to sign in at this gateway. */
export function openApiDocument(system: string, version: string, hasSignIn = false): Json {
  return {
    openapi: "3.1.0",
    info: { title: `Troupe: ${system}`, version, description: "Tasks for a system of AI agents." },
    servers: [{ url: "/" }],
    paths: pathsOf(
      OPERATIONS.filter((operation) => !isEndless(operation)),
      hasSignIn,
    ),
    "x-endless-streams": pathsOf(OPERATIONS.filter(isEndless), hasSignIn),
    components: {
      schemas: {
        Problem: schemaOf(ProblemResponse, "output"),
        RpcStatus: schemaOf(RpcStatus, "output"),
        ServerSentEvent: schemaOf(ServerSentEvent, "output"),
        Json: JSON_VALUE,
      },
      ...(hasSignIn ? { securitySchemes: SECURITY_SCHEMES } : {}),
    },
  };
}

function operationObject(operation: Operation, hasSignIn: boolean): Json {
  const parameters = [...pathParameters(operation), ...queryParameters(operation), ...headerParameters(operation)];
  return {
    operationId: operation.id,
    summary: operation.summary,
    "x-permission": operation.permission,
    ...(hasSignIn ? { security: operation.permission === "public" ? [] : SIGN_IN } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(operation.body ? { requestBody: requestBody(operation.body, operation.example) } : {}),
    responses: { ...successResponses(operation), ...errorResponses(operation) },
  };
}

function pathParameters({ path, pathId = TaskIdText }: Operation): Json[] {
  return Object.entries({ role: RoleName, id: pathId, config: ConfigName }).flatMap(([name, schema]) =>
    path.includes(`{${name}}`) ? [{ name, in: "path", required: true, schema: schemaOf(schema, "input") }] : [],
  );
}

function queryParameters({ query }: Operation): Json[] {
  if (!query) return [];
  const { properties = {} } = z.toJSONSchema(query, { io: "output", unrepresentable: "any" });
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: false,
    // A list is one value with commas.
    ...(typeof schema === "object" && schema.type === "array" ? { style: "form", explode: false } : {}),
    schema,
  }));
}

function headerParameters({ headers = {}, requiredHeaders = [] }: Operation): Json[] {
  return Object.entries(headers).map(([name, schema]) => ({
    name,
    in: "header",
    required: requiredHeaders.includes(name),
    schema: schemaOf(schema, "input"),
  }));
}

const requestBody = (schema: z.ZodType, example: unknown): Json => ({
  required: true,
  content: { "application/json": { schema: schemaOf(schema, "input"), ...(example === undefined ? {} : { example }) } },
});

function successResponses({ success }: Operation): Json {
  const { status, description, leadsTo, empty } = success;
  return {
    [status]: { description, ...contentOf(success), ...(leadsTo ? { links: linksOf(leadsTo) } : {}) },
    ...(empty ? { [empty.status]: { description: empty.description } } : {}),
  };
}

function contentOf({ status, schema, type = "application/json", streams, example }: Operation["success"]): Json {
  if (status === NO_CONTENT) return {};
  const body = type === "text/event-stream" ? EVENTS : schema ? schemaOf(schema, "output") : {};
  return {
    content: {
      [type]: { schema: body, ...(example === undefined ? {} : { example }) },
      ...(streams === undefined ? {} : { [streams]: { schema: EVENTS } }),
    },
  };
}

const linksOf = (leadsTo: Readonly<Record<string, string>>): Json =>
  Object.fromEntries(
    Object.entries(leadsTo).map(([operationId, pointer]) => [
      operationId,
      { operationId, parameters: { id: `$response.body#${pointer}` } },
    ]),
  );

const ERROR_CONTENT: Readonly<Record<ErrorForm, Json>> = {
  problem: { [PROBLEM_TYPE]: { schema: { $ref: "#/components/schemas/Problem" } } },
  a2a: { "application/json": { schema: { $ref: "#/components/schemas/RpcStatus" } } },
};

/** One entry a status; several codes may share it. Health endpoints answer their own form when something is down. */
function errorResponses({ errors, success, permission, errorForm = "problem" }: Operation): Json {
  const byStatus = new Map<number, string[]>();
  const guarded = permission === "public" ? [] : GUARD_ERRORS;
  for (const code of new Set<ErrorCode>(["invariant_violated", ...guarded, ...errors])) {
    const { http } = ERRORS[code];
    byStatus.set(http, [...(byStatus.get(http) ?? []), `\`${code}\`: ${ERRORS[code].meaning}`]);
  }
  const isHealth = success.schema === HealthResponse;
  return Object.fromEntries(
    [...byStatus].map(([status, lines]) => [
      status,
      {
        description: lines.join(" "),
        content:
          isHealth && status === 503
            ? { "application/json": { schema: schemaOf(HealthResponse, "output") } }
            : ERROR_CONTENT[errorForm],
      },
    ]),
  );
}
