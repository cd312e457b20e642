/** Every sabotage there is, by name. */
import { ANSWER_SABOTAGES } from "./answer-sabotages.ts";
import { CLEAR_FRAME_SABOTAGES } from "./clear-frame-sabotages.ts";
import { CLEAR_TCP_SABOTAGES } from "./clear-tcp-sabotages.ts";
import { CONSOLE_SABOTAGES } from "./console-sabotages.ts";
import { GATEWAY_SABOTAGES } from "./gateway-sabotages.ts";
import { INIT_SABOTAGES } from "./init-sabotages.ts";
import { MACHINE_SABOTAGES } from "./machine-sabotages.ts";
import { ONE_MACHINE_SABOTAGES } from "./one-machine-sabotages.ts";
import { PACKET_SABOTAGES } from "./packet-sabotages.ts";
import { PATH_SABOTAGES } from "./path-sabotages.ts";
import { READER_SABOTAGES } from "./reader-sabotages.ts";
import { READER_STREAM_SABOTAGES } from "./reader-stream-sabotages.ts";
import { SEAL_SABOTAGES } from "./seal-sabotages.ts";
import { STREAM_SABOTAGES } from "./stream-sabotages.ts";
import { TIME_SABOTAGES } from "./time-sabotages.ts";
import { TOLD_SABOTAGES } from "./told-sabotages.ts";
import { WITNESS_SABOTAGES } from "./witness-sabotages.ts";
import type { Sabotage } from "./sabotage.ts";
import { WORK_SABOTAGES } from "./work-sabotages.ts";
import { VM_SABOTAGES } from "./vm-sabotages.ts";

export const SABOTAGES: readonly Sabotage[] = [
  ...CONSOLE_SABOTAGES,
  ...MACHINE_SABOTAGES,
  ...INIT_SABOTAGES,
  ...PACKET_SABOTAGES,
  ...STREAM_SABOTAGES,
  ...WORK_SABOTAGES,
  ...SEAL_SABOTAGES,
  ...PATH_SABOTAGES,
  ...CLEAR_FRAME_SABOTAGES,
  ...CLEAR_TCP_SABOTAGES,
  ...WITNESS_SABOTAGES,
  ...ONE_MACHINE_SABOTAGES,
  ...GATEWAY_SABOTAGES,
  ...READER_SABOTAGES,
  ...READER_STREAM_SABOTAGES,
  ...TIME_SABOTAGES,
  ...ANSWER_SABOTAGES,
  ...TOLD_SABOTAGES,
  ...VM_SABOTAGES,
];
