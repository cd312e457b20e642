/** The peer as a process of the harness: `--plan FILE --events FILE`. Its console is its standard output. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { EventKind } from "../../contract/events.ts";
import { hex } from "../observer/crypto/bytes.ts";
import { deviceOfSeed } from "../observer/crypto/device.ts";
import { drawLies } from "./draw-lies.ts";
import { exchangeBriefly } from "./honest-session.ts";
import { LIE_TOLD, type LiarPlan, liarPlanSchema } from "./liar-plan.ts";
import { Liar } from "./liar.ts";
import type { LyingPeer } from "./lying-peer.ts";
import { PeerConsole } from "./peer-console.ts";
import { runPeerProcess } from "./run-peer-process.ts";
import { TcpLiar } from "./tcp-liar.ts";
import { passed, PeerError } from "./transport/changes.ts";

const SOURCE = "peer";
const LOOPBACK = "127.0.0.1";
/** A lie has a socket of its own, and a wire on which new ones come faster than two a second isn't believed. */
const LEAST_LIE_MS = 500;
/** For the guest's answers to the last CLOSE. */
const FAREWELL_MS = 500;

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "hex"));
}

function startLiar(plan: LiarPlan, console: PeerConsole): Promise<LyingPeer> {
  const { identitySeed, strangerSeed, guest, over } = plan;
  return (over === "tcp" ? TcpLiar : Liar).start({
    self: deviceOfSeed(bytesOf(identitySeed)),
    stranger: deviceOfSeed(bytesOf(strangerSeed)),
    guest: {
      deviceId: guest.deviceId,
      staticPublicKey: bytesOf(guest.staticKey),
      place: { address: LOOPBACK, port: guest.port },
    },
    onEphemeral: (publicKey, secret) =>
      console.event(EventKind.KEY_LOG, { line: `UDPSEC_EPHEMERAL ${hex(publicKey)} ${hex(secret)}` }),
    onSocket: (port, lie) => console.event(LIE_TOLD, { lie: lie ?? null, port }),
  });
}

/** The lies are drawn once the guest is there and has been found honest. */
async function tellAll(liar: LyingPeer, { seed, lies, over }: LiarPlan, console: PeerConsole): Promise<void> {
  let where = "in an honest session";
  try {
    await liar.serveHonestly();
    const drawn = drawLies(seed, lies, over);
    await liar.dialHonestly();
    console.marker("PEER: honest sessions ok");
    for (const name of drawn) {
      where = `where the peer lies (${name})`;
      await Promise.all([liar.tell(name), passed(LEAST_LIE_MS)]);
    }
    // Who has been lied to must not have stopped letting anybody in.
    where = "in an honest session after all lies";
    await liar.dialHonestly(exchangeBriefly);
    console.marker(`PEER: lies answered as they must be ${drawn.length}`);
  } catch (error) {
    if (!(error instanceof PeerError)) throw error;
    console.line(`PEER: the guest does not do what it must ${where}: ${error.message}`);
  }
}

async function run(): Promise<number> {
  const { values } = parseArgs({ options: { plan: { type: "string" }, events: { type: "string" } } });
  const plan = liarPlanSchema.parse(JSON.parse(readFileSync(values.plan ?? "", "utf8")));
  const console = new PeerConsole(values.events ?? "", SOURCE);
  const liar = await startLiar(plan, console);
  const ended = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  console.event(EventKind.LISTENING, { port: liar.port });
  const telling = tellAll(liar, plan, console);
  await Promise.race([telling.then(() => ended), ended]);
  liar.sayFarewell();
  await passed(FAREWELL_MS);
  liar.end();
  return 0;
}

runPeerProcess(run);
