import type { Socket } from "node:net";

/**
 * Ends a connection at once, as a reset does. One whose end is on its way already is closed: Node refuses to reset it (EINVAL), keeps it open
 * for ever, and then never ends by itself.
 */
export function resetConnection(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
