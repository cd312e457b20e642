/**
 * A capture of virtual time on its way from the program that runs it to the command that writes it: one line of JSON for each frame.
 * Who writes the file knows of frames and nothing of the stack; who runs the stack knows of datagrams and nothing of files.
 */
export interface VirtualFrame {
  /** Whole microseconds of virtual time. */
  readonly atUs: number;
  /** As `a.0`: where it was seen. */
  readonly nic: string;
  readonly direction: "sent" | "received";
  readonly from: VirtualPlace;
  readonly to: VirtualPlace;
  /** Hex. */
  readonly payload: string;
  /** Absent: UDP. */
  readonly tcp?: VirtualSegment;
  /** What became of it, if not what it asked for. */
  readonly comment?: string;
}

export interface VirtualPlace {
  /** IPv4. */
  readonly host: string;
  readonly port: number;
}

export interface VirtualSegment {
  /** As in the header: FIN 1, SYN 2, RST 4, PSH 8, ACK 16. */
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledged: number;
}
