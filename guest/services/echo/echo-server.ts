import type { Service, ServiceRecord } from "../serving/service.ts";

export const ECHO_SERVICE = "echo";

/** Sends everything back and ends its direction when the opener has ended its own. */
export const serveEcho: Service = async (stream) => {
  for await (const bytes of stream) await stream.write(bytes);
};

export const ECHO: ServiceRecord = { name: ECHO_SERVICE, create: () => serveEcho };
