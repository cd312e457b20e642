import { CONTROL as honest } from "../../../guest/services/control/control-server.ts";
import type { ServiceRecord } from "../../../guest/services/serving/service.ts";

let turns = 0;

export const CONTROL: ServiceRecord = { ...honest, create: () => async (stream) => lookAgain(await stream.read()) };

/** Never ends, whatever came. */
function lookAgain(came: unknown): void {
  while (came === came) turns = (turns + 1) % 1_000;
}
