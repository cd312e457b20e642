/** Against whom `udpsec conform` plays: what its options say of it. */
import { type OutsideDialler, outsideDiallers } from "../conform/grounds/dialled-ground.ts";
import { readIdentities } from "../conform/grounds/identity-file.ts";
import { ownGround } from "../conform/grounds/own-ground.ts";
import { resolvedPlace, targetGround } from "../conform/grounds/target-ground.ts";
import type { Ground } from "../conform/stage/ground.ts";
import { bundleEntry } from "../host/bundled-entry.ts";
import { BUNDLES } from "../host/bundles.ts";
import { type CommandIo, type ParsedArguments, usageError } from "./command.ts";

export const DIALLER_MODES = ["auto", "udp-sec", "tcp", "each"] as const;

/** @returns against whom, under which name, and of a daemon that was started for it the hash @throws HarnessError `usage`, `conform-*` */
export async function groundOf(
  parsed: ParsedArguments,
  io: CommandIo,
  patienceMs: number,
): Promise<{ readonly ground: Ground; readonly name: string; readonly agent?: string }> {
  const [target, listen] = [parsed.text("target"), parsed.text("listen")];
  const dialler = readDialler(parsed);
  const announce = (text: string): void => void io.stderr.write(`udpsec: ${text}\n`);
  if (parsed.flag("self")) {
    if (target !== undefined || listen !== undefined)
      throw usageError("--self brings its own targets", "leave --target and --listen out");
    const { path, sha256 } = await bundleEntry({ ...BUNDLES.agentOnHost, announce });
    return { ground: await ownGround(path, patienceMs), name: "self", agent: sha256 };
  }
  if (target === undefined && listen === undefined)
    throw usageError("what is to be tried? --target HOST:PORT, --listen HOST:PORT, or --self", "udpsec conform --help");
  const identity = parsed.text("identity");
  if (identity === undefined) throw usageError("--identity FILE is missing", "udpsec conform --new-identity FILE");
  const identities = readIdentities(identity);
  const listening = target === undefined ? NOBODY : targetGround(await resolvedPlace(target), identities);
  if (listen === undefined) return { ground: listening, name: target ?? "" };
  const at = listen === "any" ? { address: "0.0.0.0", port: 0 } : await resolvedPlace(listen);
  const { diallers, place, end } = await outsideDiallers(at, dialler, identities, patienceMs);
  const then =
    dialler.command === undefined
      ? "let the target dial, and dial again whenever a session ends"
      : "the dial command is started for each case";
  announce(`the suite listens at ${place.address}:${place.port}: ${then}`);
  return { ground: { ...listening, diallers, end }, name: [target, `dials ${listen}`].filter(Boolean).join(", ") };
}

const NOBODY: Ground = {
  lanes: [],
  alone: undefined,
  diallers: undefined,
  gone: undefined,
  end: () => Promise.resolve(),
};

function readDialler(parsed: ParsedArguments): OutsideDialler {
  const [text = "auto", command] = [parsed.text("mode"), parsed.text("dial-command")];
  const mode = DIALLER_MODES.find((one) => one === text);
  if (mode === undefined) throw usageError(`--mode ${text} is none`, "auto, udp-sec, tcp or each");
  if (mode === "each" && command === undefined)
    throw usageError("--mode each is for a command that is told the mode", "--dial-command COMMAND");
  if (command !== undefined && parsed.text("listen") === undefined)
    throw usageError("--dial-command without --listen: where should it dial?", "--listen 127.0.0.1:37021");
  return { mode, command };
}
