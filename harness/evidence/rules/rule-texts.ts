/** What each rule asserts and from which source, for `udpsec explain`. */
export const RULE_TEXTS: Readonly<Record<string, string>> = {
  "capture-complete": "Every capture was written, holds frames, and holds them whole.",
  "datagram-size": "No UDP datagram above 1200 bytes left a NIC, in any state.",
  "no-fragments": "No IP packet was fragmented.",
  "pn-unique": "No packet number, and so no nonce, was used twice under one key.",
  "every-packet-opens": "Whatever claims to be sealed opens with the logged key of its session and direction.",
  "kernel-counters-agree": "The guest's kernel, asked by init, counted the datagrams that the capture shows.",
  "ephemeral-keys-fresh": "No ephemeral key was shown by two handshakes, or by both ends of one.",
  "handshake-to-listed-device": "Each session began with a MSG1 that only the device of that address can open.",
  "mux-credit-kept": "Nobody sent more on a mux stream than its reader had granted.",
  "bulk-content": "The opened streams hold the bulk's bytes and digests, computed anew by the harness.",
  "backpressure-reached":
    "The writer filled the credit of a reader that had stopped, and went on after it was released.",
  "retransmission-seen": "On a path that loses packets some stream bytes left twice.",
  "udp-handshake-seen": "MSG1 and MSG2 at 1200 bytes and MSG3, all of one session.",
  "udp-sealed-both-ways": "One session carried DATA that opens, in both directions.",
  "udp-bulk-volume":
    "As many distinct stream bytes each way as the bulk markers claim, the canary found in what opens.",
  "no-tcp-payload": "Not one TCP payload byte from or to the session port.",
  "tcp-sealed-both-ways": "The fallback's handshake and records that open, in both directions of one connection.",
  "tcp-bulk-volume": "As many bytes each way in the records of one connection as the fallback's marker claims.",
  "no-udp-session": "No udp-sec session beside a marker that says TCP.",
  "no-session-traffic": "No packet of the protocol on either transport: the entropy gate is shut.",
  "canary-not-in-clear": "The bulk's canary is in no frame and no TCP stream in clear.",
  "refused-handshake-seen":
    "One answered dial was given up before MSG3, another was answered with CLOSE after it; neither carried DATA.",
  "marker-after-wire":
    "No marker's line came before the packet that it needs had reached its machine, both by the switch's clock.",
  "cwnd-reacted": "The window that the sender reports fell and rose again, and stream bytes were repeated on the wire.",
  "ended-by-liveness": "The survivor of a dead peer went on asking, gave up in time and stayed silent.",
  "every-pair": "Every dial of the profile became a session with DATA both ways.",
  "fallback-within-deadline": "MSG1 was sent at least three times, then TCP was dialled within the deadline.",
  "faults-seen": "The switch applied the faults that the profile asks for.",
  "outage-survived": "The link was dead as long as the profile says, and the same session went on.",
  "same-stream-both-ends": "What one machine sent on a stream is what the other one's NIC received.",
};
