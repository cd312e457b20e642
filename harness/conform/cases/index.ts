/** Every case, in the order of the specification. */
import { type ConformCase, sectionOf } from "../stage/conform-case.ts";
import { SECTION_ORDER } from "../stage/sections.ts";
import { DATAGRAM_CASES } from "./datagram-cases.ts";
import { HANDSHAKE_CASES } from "./handshake-cases.ts";
import { IDENTITY_CASES } from "./identity-cases.ts";
import { MSG1_CASES } from "./msg1-cases.ts";
import { REPLACEMENT_CASES } from "./replacement-cases.ts";
import { TOLD_LIES } from "./told-lies.ts";

const ALL: readonly ConformCase[] = [
  ...IDENTITY_CASES,
  ...DATAGRAM_CASES,
  ...MSG1_CASES,
  ...HANDSHAKE_CASES,
  ...REPLACEMENT_CASES,
  ...TOLD_LIES,
];

export const CASES: readonly ConformCase[] = ALL.toSorted(
  (a, b) => SECTION_ORDER.indexOf(sectionOf(a)) - SECTION_ORDER.indexOf(sectionOf(b)),
);
