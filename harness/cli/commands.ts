/** Every command: its file and its place here are all that it takes. Dispatch, help and suggestions follow this list. */
import type { Command } from "./command.ts";
import { attachCommand } from "./attach-command.ts";
import { assembleCommand } from "./assemble-command.ts";
import { compareCommand } from "./compare-command.ts";
import { completionCommand } from "./completion-command.ts";
import { conformCommand } from "./conform-command.ts";
import { decryptCommand } from "./decrypt-command.ts";
import { devCommand } from "./dev-command.ts";
import { dissectorCommand } from "./dissector-command.ts";
import { doctorCommand } from "./doctor-command.ts";
import { explainCommand } from "./explain-command.ts";
import { historyCommand } from "./history-command.ts";
import { imageCommand } from "./image-command.ts";
import { judgeCommand } from "./judge-command.ts";
import { keygenCommand } from "./keygen-command.ts";
import { listCommand } from "./list-command.ts";
import { matrixCommand } from "./matrix-command.ts";
import { mergeCommand } from "./merge-command.ts";
import { minimizeCommand } from "./minimize-command.ts";
import { packetsCommand } from "./packets-command.ts";
import { qlogCommand } from "./qlog-command.ts";
import { reportCommand } from "./report-command.ts";
import { schemaCommand } from "./schema-command.ts";
import { simCommand } from "./sim-command.ts";
import { soakCommand } from "./soak-command.ts";
import { testCommand } from "./test-command.ts";
import { uiCommand } from "./ui-command.ts";

const OTHERS: readonly Command[] = [
  testCommand,
  attachCommand,
  listCommand,
  matrixCommand,
  mergeCommand,
  doctorCommand,
  imageCommand,
  explainCommand,
  reportCommand,
  uiCommand,
  compareCommand,
  judgeCommand,
  packetsCommand,
  decryptCommand,
  qlogCommand,
  dissectorCommand,
  conformCommand,
  keygenCommand,
  minimizeCommand,
  historyCommand,
  schemaCommand,
  assembleCommand,
  simCommand,
  soakCommand,
  devCommand,
];

/** In the order of `udpsec --help`. */
export const COMMANDS: readonly Command[] = [...OTHERS, completionCommand(OTHERS)];
