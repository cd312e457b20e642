/** All files of vectors that are made here; `noise-xk.json` is made by fixtures/vectors/generate.py. */
import { acknowledgementsFile } from "./acknowledgement-vectors.ts";
import { identityFile } from "./identity-vectors.ts";
import { muxFile } from "./mux-vectors.ts";
import { servicesFile } from "./services-vectors.ts";
import { tcpFile } from "./tcp-vectors.ts";
import { udpHandshakeFile } from "./udp-handshake-vectors.ts";
import { udpPacketsFile } from "./udp-packet-vectors.ts";
import type { MadeFile } from "./vector-file.ts";

/** In the order in which an implementer meets them. */
export function makeAll(): readonly MadeFile[] {
  return [
    identityFile(),
    udpHandshakeFile(),
    udpPacketsFile(),
    acknowledgementsFile(),
    tcpFile(),
    muxFile(),
    servicesFile(),
  ];
}
