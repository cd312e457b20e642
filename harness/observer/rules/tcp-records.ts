import type { TcpRule, TcpWatch } from "../follow/tcp-rule.ts";
import type { CapturePlace } from "../follow/session-packet.ts";
import type { TcpRecordBody } from "../wire/tcp-record.ts";

const AUTH = 3;
const BUSY = 7;

export const tcpRecordsRule: TcpRule = {
  id: "tcp-records",
  text: "Records have exact form; the responder's first is ACCEPT or CLOSE, the initiator waits for it; nothing but CLOSE follows FIN.",
  requirement: "T-4",
  watch: ({ end, speak }) => {
    const seen = { records: 0, hasAccept: false, hasFin: false, hasClose: false };
    const judge = (record: TcpRecordBody, at: CapturePlace): void => {
      const { kind } = record;
      if (seen.hasClose) return speak(`${kind} after CLOSE`, at, "T-14");
      if (record.kind === "CLOSE") {
        const { code } = record;
        const isRefusal = end === "responder" && seen.records === 0;
        if (code > BUSY) speak(`CLOSE has code ${code}, which there isn't`, at, "B-13");
        else if ((code === AUTH || code === BUSY) && !isRefusal)
          speak(`CLOSE refuses with code ${code} what was taken`, at, "B-13");
        return;
      }
      if (seen.hasFin) return speak(`${kind} after FIN`, at, "RX-101");
      if (end === "initiator") {
        if (kind === "ACCEPT") speak("ACCEPT of the initiator's", at, "RX-100");
        else if (!seen.hasAccept) speak(`${kind} before ACCEPT arrived`, at, "T-6");
        return;
      }
      const isFirst = seen.records === 0;
      if (isFirst !== (kind === "ACCEPT"))
        speak(`record ${seen.records + 1} is ${kind}`, at, isFirst ? "T-5" : "RX-100");
    };
    const watch: TcpWatch = {
      own: (record, at) => {
        judge(record, at);
        seen.records += 1;
        seen.hasFin ||= record.kind === "FIN";
        seen.hasClose ||= record.kind === "CLOSE";
      },
      heard: ({ kind }) => {
        seen.hasAccept ||= kind === "ACCEPT";
      },
      malformed: ({ requirement, text }, at) => speak(text, at, requirement),
    };
    return watch;
  },
};
