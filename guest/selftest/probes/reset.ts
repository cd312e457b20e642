import { BusError, errorCodeOf } from "../../bus/sessions/bus-error.ts";
import { checkEcho } from "../../services/echo/echo-client.ts";
import { ECHO_SERVICE } from "../../services/echo/echo-server.ts";
import { testContent } from "../../../contract/test-content.ts";
import { RstCode } from "../../core/index.ts";
import { check, type Probe } from "./probe.ts";

const BYTES = 32 * 1024;

/** A reset in the middle ends that stream for both sides and touches no other; a service that isn't there refuses. */
export const reset: Probe = {
  run: async ({ session: getSession }) => {
    const session = await getSession();
    const doomed = await session.open(`${ECHO_SERVICE}/doomed`, 4);
    const survivor = await session.open(`${ECHO_SERVICE}/survivor`, 4);
    const echo = checkEcho(survivor, 1, BYTES);
    await doomed.write(testContent(2, 0, BYTES));
    check((await doomed.read()) !== undefined, "the stream to echo before it is reset");
    doomed.reset();
    const afterwards = await errorCodeOf(doomed.read());
    check(afterwards === "BUS_STREAM_RESET", `a read after the reset to say so, not ${afterwards}`);
    await echo;
    const refusal = await session.open("no-such-service", 4).then(
      () => undefined,
      (error: unknown) => error,
    );
    check(
      refusal instanceof BusError && refusal.detail === String(RstCode.NO_SERVICE),
      "a stream of a service that isn't there to be refused",
    );
    return { transport: session.transport };
  },
};
