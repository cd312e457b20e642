/** What `udpsec explain` says of codes that the guest's own processes use: in events, in `said:` of a failure, and in `udpsec dev`. */
export const GUEST_TEXTS: Readonly<Record<string, string>> = {
  BUS_ENTROPY: "The entropy gate is shut: nothing listens and nothing dials. On a host: entropyPolicy.",
  BUS_AUTHENTICATION: "The peer is not who it should be, or refuses us. This is never a reason to fall back to TCP.",
  BUS_TARGET: "No handshake is possible with this target: its static key or its address is none.",
  BUS_ADDRESS: "The address to listen at is no numeric address.",
  BUS_TIMEOUT: "No answer within the deadline: nobody listens there, or what was sent is lost on the way.",
  BUS_UNAVAILABLE:
    "The transport that the mode demands can't be had: disabled, its port taken, the connection refused, or no room.",
  BUS_BUSY: "The peer answered but has no room for another session.",
  BUS_HANDSHAKE: "The handshake, or the connection during it, failed; the message says how.",
  BUS_SESSION_ENDED: "The session ended while something waited for it; the message has the end's name.",
  BUS_STREAM_RESET: "The stream was reset, by this side or by the peer.",
  BUS_STREAM_FINISHED: "Something was written to a stream after its end: a mistake of the caller.",
  BUS_STREAM_REFUSED: "The mux opens no other stream: no slot is free, or the name is in use or malformed.",
  BUS_MESSAGE: "A message was cut off, or would be longer than one may be.",
  BUS_CLOSED: "The bus was closed, or is closing.",
  PROBE_FAILED: "A self-test found that something is not as it should be; the message says what it expected.",
  UNCAUGHT: "An error that nobody caught ended the process: the place where it was thrown is told, in the TypeScript.",
  checker: "An invariant of the virtual world was broken, or a probe failed; the message says which.",
  "process-ended": "A process of the local world ended though nobody asked it to, or with a status.",
  "event-port-damaged":
    "Lines of the event port are torn or missing: something else writes into the file, or the disk is full.",
  "agent-complains": "The agent of the local world wrote to standard error, where it has nothing to say.",
};
