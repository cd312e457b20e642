/** Every rule about the records of a TCP session. */
import type { TcpRule } from "../follow/tcp-rule.ts";
import { tcpDeadlinesRule } from "./tcp-deadlines.ts";
import { tcpRecordsRule } from "./tcp-records.ts";

export const TCP_RULES: readonly TcpRule[] = [tcpRecordsRule, tcpDeadlinesRule];
