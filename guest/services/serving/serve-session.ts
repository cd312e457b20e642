/** Serves the streams that a peer opens: one function per service, chosen by the part of the stream's name before `/`. */
import { EventKind } from "../../../contract/events.ts";
import { BusError } from "../../bus/sessions/bus-error.ts";
import type { BusSession } from "../../bus/sessions/bus-session.ts";
import type { BusStream } from "../../bus/sessions/bus-stream.ts";
import type { Service, ServiceContext } from "./service.ts";

/** Lets `session` serve what the peer opens. */
export function serveSession(
  session: BusSession,
  services: ReadonlyMap<string, Service>,
  { runtime, crypto }: Pick<ServiceContext, "runtime" | "crypto">,
): void {
  session.serve({
    accepts: (name) => services.has(splitName(name).service),
    onStream: (stream) => {
      const { service, key } = splitName(stream.name);
      const serve = services.get(service);
      if (serve === undefined) return;
      const report = (figures: Readonly<Record<string, unknown>>): void =>
        runtime.console.event(EventKind.SERVICE_DONE, { service: stream.name, ...figures });
      void run(serve, stream, { session, runtime, crypto, key, report });
    },
  });
}

async function run(serve: Service, stream: BusStream, context: ServiceContext): Promise<void> {
  try {
    await serve(stream, context);
    stream.finish();
  } catch (error) {
    // Anything but a BusError is a bug: it ends the process, with a trace.
    if (!(error instanceof BusError)) throw error;
    const { code, message } = error;
    context.runtime.console.event(EventKind.SERVICE_FAILED, { service: stream.name, code, message });
    stream.reset();
  }
}

function splitName(name: string): { readonly service: string; readonly key: string } {
  const slash = name.indexOf("/");
  return slash < 0 ? { service: name, key: "" } : { service: name.slice(0, slash), key: name.slice(slash + 1) };
}
