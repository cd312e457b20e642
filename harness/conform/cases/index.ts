/** Every case, in the order of the specification. */
import { type ConformCase, sectionOf } from "../stage/conform-case.ts";
import { SECTION_ORDER } from "../stage/sections.ts";
import { ACKNOWLEDGEMENT_CASES } from "./acknowledgement-cases.ts";
import { BODY_CASES } from "./body-cases.ts";
import { DATAGRAM_CASES } from "./datagram-cases.ts";
import { DIALLED_MSG2_CASES } from "./dialled-msg2-cases.ts";
import { DIALLED_OTHER_CASES } from "./dialled-other-cases.ts";
import { DIALLED_UDP_CASES } from "./dialled-udp-cases.ts";
import { HANDSHAKE_CASES } from "./handshake-cases.ts";
import { HEADER_CASES } from "./header-cases.ts";
import { IDENTITY_CASES } from "./identity-cases.ts";
import { LIFE_CASES } from "./life-cases.ts";
import { MSG1_CASES } from "./msg1-cases.ts";
import { MUX_CASES } from "./mux-cases.ts";
import { REPLACEMENT_CASES } from "./replacement-cases.ts";
import { SERVICE_CASES } from "./service-cases.ts";
import { STREAM_CASES } from "./stream-cases.ts";
import { TCP_CASES } from "./tcp-cases.ts";
import { TOLD_LIES } from "./told-lies.ts";

const ALL: readonly ConformCase[] = [
  ...IDENTITY_CASES,
  ...DATAGRAM_CASES,
  ...MSG1_CASES,
  ...HANDSHAKE_CASES,
  ...REPLACEMENT_CASES,
  ...HEADER_CASES,
  ...BODY_CASES,
  ...ACKNOWLEDGEMENT_CASES,
  ...STREAM_CASES,
  ...LIFE_CASES,
  ...TCP_CASES,
  ...MUX_CASES,
  ...SERVICE_CASES,
  ...TOLD_LIES,
  ...DIALLED_UDP_CASES,
  ...DIALLED_MSG2_CASES,
  ...DIALLED_OTHER_CASES,
];

export const CASES: readonly ConformCase[] = ALL.toSorted(
  (a, b) => SECTION_ORDER.indexOf(sectionOf(a)) - SECTION_ORDER.indexOf(sectionOf(b)),
);
