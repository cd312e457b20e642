import { equip, type EquipRequest } from "../run/request/equipment.ts";
import type { Equipment } from "../run/request/run-request.ts";
import type { CommandIo } from "./command.ts";
import { toldWhile } from "./long-work.ts";

/** As `equip`, with its steps as lines on stderr, and each for as long as it takes. */
export function equipTold(io: CommandIo, request: Pick<EquipRequest, "guests" | "accelerator">): Promise<Equipment> {
  return toldWhile("set-up", io, (step) => {
    const announce = (line: string): void => {
      step(line);
      io.stderr.write(`set-up  ${line}\n`);
    };
    return equip({ ...request, announce, signal: io.signal });
  });
}
