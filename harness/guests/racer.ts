import { LineAssembler } from "../console/line-assembler.ts";
import type { GuestLaunch, MachineGuest, PreparedImage } from "./guest-kind.ts";

/** A guest by which accelerators are raced, and how its console shows that a processor runs it. */
export interface Racer {
  /** For sentences: `our init`. */
  readonly name: string;
  readonly guest: GuestLaunch;
  /** It gets a hardware source of entropy, as in a run. */
  readonly hasRng: boolean;
  /** @returns for one machine: takes bytes of its console as they come, and says whether the sign has come */
  readonly watch: () => (chunk: Uint8Array) => boolean;
}

/** @returns a guest that is raced by its own boot sign; undefined: nothing that it prints would show that hardware runs it, or hardware can't */
export function racerOf(kind: MachineGuest, image: PreparedImage): Racer | undefined {
  const { bootSign, firmwarePrompt, encoding } = kind.console;
  if (kind.arch !== "x86_64" || bootSign === undefined || image.shape?.icount !== undefined) return undefined;
  return {
    name: `the boot sign of guest ${kind.name}`,
    guest: kind.launch(image, { nics: [], config: kind.fixedConfiguration ?? "" }),
    hasRng: true,
    watch: () => {
      const lines = new LineAssembler({ prompt: firmwarePrompt, encoding });
      return (chunk) => lines.push(chunk, 0).some(({ text }) => bootSign.test(text));
    },
  };
}
