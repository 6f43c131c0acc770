/** HTTP as bytes on a socket, for requests that no client would send. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** Opens a connection to a gateway. */
export async function connectTo(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  // A refused connection may be reset under our hands; what counts is what was answered.
  socket.on("error", () => undefined);
  return socket;
}

/** Sends bytes and collects all that comes back until the other side closes, or nothing more has come for `silenceMs`. */
export async function exchange(url: string, bytes: string | Uint8Array, silenceMs = 400): Promise<string> {
  const socket = await connectTo(url);
  socket.write(bytes);
  return collect(socket, silenceMs);
}

export async function collect(socket: Socket, silenceMs: number): Promise<string> {
  let text = "";
  const { promise, resolve } = Promise.withResolvers<void>();
  let silence = setTimeout(resolve, silenceMs * 5);
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
    clearTimeout(silence);
    silence = setTimeout(resolve, silenceMs);
  });
  socket.once("close", () => resolve());
  await promise;
  clearTimeout(silence);
  socket.destroy();
  return text;
}

/** The status of each response in a text. */
export const statusesIn = (text: string): readonly number[] =>
  [...text.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)].map(([, status]) => Number(status));
