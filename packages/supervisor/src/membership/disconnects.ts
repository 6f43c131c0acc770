import { DISCONNECT_EVENTS, type Link, type Logger, messageOf, parseLinkName } from "@troupe/runtime/internal";
import { z } from "zod";
import { jsonBody } from "../observer/json-body.ts";

/** What is read of the server's event. The name is whatever the client called itself. */
const DisconnectEvent = z.object({ client: z.object({ name: z.string().optional() }) });

type Whose = NonNullable<ReturnType<typeof parseLinkName>>;

/**
 * Listens for the server's notices of ended connections, 6 ms after a kill -9. Hints only: anybody may call a connection anything, and who
 * lost one may be back in a moment. On a server without the system's accounts none ever comes. Returns how to stop it.
 */
export function listenForDisconnects(link: Link, logger: Logger, onDisconnect: (whose: Whose) => void): () => void {
  const subscription = link.nc.subscribe(DISCONNECT_EVENTS, {
    callback: (error, message) => {
      try {
        if (error) throw error;
        const whose = parseLinkName(DisconnectEvent.parse(jsonBody(message.data)).client.name ?? "");
        if (whose) onDisconnect(whose);
      } catch (thrown) {
        logger.warn({ reason: messageOf(thrown) }, "a notice of an ended connection is ignored");
      }
    },
  });
  return () => subscription.unsubscribe();
}
