import { serveControl } from "./control-exchange.ts";
import type { Service } from "../serving/serve-session.ts";

/**
 * @param onMuxDataVerified called before the reply leaves that lets the peer know that its bytes came back and ours arrived:
 *   mux bytes went both ways on an opened stream, contents checked
 */
export function controlService(onMuxDataVerified: (transport: string) => void): Service {
  return async (stream, { session, crypto, report }) => {
    let replies = 0;
    await serveControl(stream, crypto, (provenReplies) => {
      if (provenReplies === 1) onMuxDataVerified(session.transport);
      replies = provenReplies;
    });
    report({ provenReplies: replies });
  };
}
