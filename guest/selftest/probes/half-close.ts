import { checkEcho } from "../../services/echo/echo-client.ts";
import { ECHO_SERVICE } from "../../services/echo/echo-server.ts";
import { BULK_SERVICE } from "../../services/bulk/bulk-codec.ts";
import { check, type Probe } from "./probe.ts";

const BYTES = 200 * 1024;

/** The own direction ends long before the other: what comes back must still come whole, and then end. */
export const halfClose: Probe = {
  run: async ({ session: getSession }) => {
    const session = await getSession();
    const echo = await session.open(`${ECHO_SERVICE}/half-close`, 4);
    await checkEcho(echo, 3, BYTES);
    const empty = await session.open(`${BULK_SERVICE}/half-close`, 4);
    empty.finish();
    check(
      (await empty.read()) === undefined,
      "a stream that was finished at once to be finished by the daemon as well",
    );
    return { transport: session.transport, bytes: BYTES };
  },
};
