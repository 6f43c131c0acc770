import type { ServerResponse } from "node:http";

/** An error in the API's own shape. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    type: string,
    message: string,
    code: string | null = null,
    param: string | null = null,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.type = type;
    this.code = code;
    this.param = param;
    this.headers = headers;
  }

  toBody(): Readonly<Record<string, unknown>> {
    return { error: { message: this.message, type: this.type, param: this.param, code: this.code } };
  }
}

/** Sends JSON, unless the connection is gone or an answer has begun. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
  response.end(JSON.stringify(body));
}

/** Sends an error; inside a stream that has begun, as the event that clients expect there. */
export function sendError(response: ServerResponse, error: ApiError): void {
  if (!response.headersSent) {
    sendJson(response, error.status, error.toBody(), error.headers);
    return;
  }
  if (!response.writableEnded) response.end(`data: ${JSON.stringify(error.toBody())}\n\n`);
}
