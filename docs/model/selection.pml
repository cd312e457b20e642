/*
 * The policy that chooses between udp-sec and TCP (dsoftbus-transport.md#11-selection-policy), over some dials to one peer, one after the
 * other, with any pause between.
 *
 * The path does what it likes at any second: a MSG2 that verifies, one with a bad proof, datagrams that only look like MSG2, RETRYs,
 * silence, a first packet, a refusal; TCP works or doesn't. Time counts in seconds.
 */

#define DIALS      3
#define AUTO_WAIT  3               /* `auto` waits so long for a MSG2 that verifies [H-35, S-2] */
#define UDP_WAIT   10              /* the deadline of a handshake over udp-sec */
#define TCP_WAIT   5               /* the deadline of one over TCP [T-16] */
#define REMEMBERED 60              /* [S-2] */

mtype:mode  = { automatic, udp_sec, tcp };
mtype:phase = { no_dial, wait_msg2, wait_packet, wait_tcp, open_udp, open_tcp, failed };

mtype:mode mode = tcp;
mtype:phase phase = no_dial;
bool usable;                       /* udp-sec is enabled and its socket can be had */
bool entropy;
byte dials, elapsed, since_dial, deadline;
byte memory;                       /* seconds for which `auto` goes on remembering a failure of udp-sec */

/* What happened in this dial. */
bool sent_msg1, used_tcp, verified, auth_failed, waited_in_vain, by_memory;
/* Of all dials: how long ago udp-sec failed for lack of a MSG2 that verifies, or by PATH; above REMEMBERED: it counts no more. */
byte since_failure = REMEMBERED + 1;
bool late_session;                 /* a MSG2 was taken when TCP had its turn */

inline begin_tcp() {
  used_tcp = true; phase = wait_tcp; elapsed = 0; deadline = TCP_WAIT
}

inline begin_udp() {
  sent_msg1 = true; phase = wait_msg2; elapsed = 0;
  if :: mode == automatic -> deadline = AUTO_WAIT :: else -> deadline = UDP_WAIT fi
}

inline remember() {
  since_failure = 0;
#ifndef BROKEN_FORGETS
  memory = REMEMBERED
#endif
}

inline dial() {
  dials++; since_dial = 0;
  sent_msg1 = false; used_tcp = false; verified = false; auth_failed = false; waited_in_vain = false; by_memory = false;
  if :: mode = automatic :: mode = udp_sec :: mode = tcp fi;
  if :: usable = true :: usable = false fi;
  if :: entropy = true :: entropy = false fi;
  if
#ifndef BROKEN_ENTROPY_IS_UNAVAILABLE
  :: !entropy -> phase = failed                                       /* nothing dials [S-7] */
#else
  :: !entropy && mode != udp_sec -> begin_tcp()
  :: !entropy && mode == udp_sec -> phase = failed
#endif
  :: entropy && mode == tcp -> begin_tcp()
#ifdef BROKEN_UDP_SEC_FALLS_BACK
  :: entropy && mode == udp_sec && !usable -> begin_tcp()
#else
  :: entropy && mode == udp_sec && !usable -> phase = failed
#endif
  :: entropy && mode == udp_sec && usable -> begin_udp()
  :: entropy && mode == automatic && !usable -> begin_tcp()
  :: entropy && mode == automatic && usable && memory > 0 -> by_memory = true; begin_tcp()    /* [S-4] */
  :: entropy && mode == automatic && usable && memory == 0 -> begin_udp()
  fi;
  printf("dial %d: mode %e, usable %d, entropy %d, remembered %d s\n", dials, mode, usable, entropy, memory)
}

active proctype Dialler() {
end:
  do
  :: atomic { dials < DIALS && (phase == no_dial || phase == failed || phase == open_udp || phase == open_tcp) -> dial() }

  :: atomic { phase == wait_msg2 && elapsed < deadline -> printf("MSG2 verified\n");
       verified = true; phase = wait_packet;
#ifdef BROKEN_NO_DEADLINE_AFTER_MSG2
       deadline = 3 * UDP_WAIT
#else
       deadline = UDP_WAIT        /* after the first MSG1 [H-35] */
#endif
     }
  :: atomic { phase == wait_msg2 -> printf("MSG2 with a bad proof\n");
       auth_failed = true;
#ifdef BROKEN_AUTH_FALLS_BACK
       if :: mode == automatic -> begin_tcp() :: else -> phase = failed fi
#else
       phase = failed              /* [S-5] */
#endif
     }
  /* It looks like MSG2, or is a RETRY: it keeps nobody from falling back [S-3]. */
  :: atomic { phase == wait_msg2 ->
#ifdef BROKEN_JUNK_HOLDS
       deadline = UDP_WAIT
#else
       skip
#endif
     }
#ifdef BROKEN_ICMP
  :: atomic { phase == wait_msg2 && mode == automatic -> begin_tcp() }   /* somebody says "port unreachable" [S-6] */
#endif

  :: atomic { phase == wait_packet && elapsed < deadline -> printf("session over udp-sec\n");
       phase = open_udp; memory = 0; since_failure = REMEMBERED + 1 }    /* [S-4] */
  :: atomic { phase == wait_packet -> phase = failed }                   /* refused by the responder's CLOSE [H-51] */
  /* This side dialled: PATH is remembered as well [S-4, L-10]. */
  :: atomic { phase == open_udp -> printf("PATH\n"); phase = failed; remember() }

  :: atomic { phase == wait_tcp && elapsed < deadline -> printf("session over TCP\n"); phase = open_tcp }
  :: atomic { phase == wait_tcp -> phase = failed }                      /* refused, reset, or a bad proof */
#ifdef BROKEN_LATE_MSG2_TAKEN
  :: atomic { phase == wait_tcp && waited_in_vain -> late_session = true; phase = open_udp }
#endif
  od
}

/* Apart from what arrives: no stream of datagrams keeps a deadline from passing. */
active proctype Deadlines() {
end:
  do
  :: atomic { phase == wait_msg2 && elapsed >= deadline -> printf("no MSG2 in time\n");
       if
       :: mode == automatic -> waited_in_vain = true; remember(); begin_tcp()
       :: else -> phase = failed
       fi }
  :: atomic { phase == wait_packet && elapsed >= deadline -> printf("MSG3 was never confirmed\n");
#ifdef BROKEN_VERIFIED_FALLS_BACK
       if :: mode == automatic -> begin_tcp() :: else -> phase = failed fi
#else
       phase = failed              /* [H-52, S-6] */
#endif
     }
  :: atomic { phase == wait_tcp && elapsed >= deadline -> phase = failed }
  od
}

#define IN_DIAL (phase == wait_msg2 || phase == wait_packet || phase == wait_tcp)

active proctype Clock() {
end:
  do
#ifdef BROKEN_CLOCK_STOPS
  :: atomic { !(IN_DIAL && elapsed + 1 >= deadline) &&
#else
  :: atomic { !(IN_DIAL && elapsed >= deadline) &&
#endif
       !(dials >= DIALS && !IN_DIAL) ->
       if :: IN_DIAL -> elapsed++; since_dial++ :: else fi;
       if :: memory > 0 -> memory-- :: else fi;
       if :: since_failure <= REMEMBERED -> since_failure++ :: else fi }
  od
}

/* Not to be true: a session over TCP, after a wait in vain. */
ltl dead_model { [] !(phase == open_tcp && waited_in_vain) }

/* Once authenticated, or found false, it is udp-sec or nothing [H-52, S-5, S-6]. */
ltl no_fallback_after_authentication { [] (used_tcp -> (!verified && !auth_failed)) }
/* TCP needs a reason, and for `auto` silence is one only after the whole wait [S-2, S-6]. */
ltl tcp_has_a_reason { [] (used_tcp -> (mode == tcp || (mode == automatic && (!usable || waited_in_vain || by_memory)))) }
/* Nothing that isn't a verified MSG2 keeps `auto` waiting longer [S-3]. */
ltl nobody_holds_it_back { [] ((phase == wait_msg2 && mode == automatic) -> elapsed <= AUTO_WAIT) }
/* Who must not be forced to TCP has the mode for it. */
ltl udp_sec_means_udp_sec { [] (mode == udp_sec -> !used_tcp) }
/* Weak entropy: silence on both transports [S-7]. */
ltl weak_entropy_is_silence { [] (!entropy -> (!sent_msg1 && !used_tcp)) }
/* A failure is remembered for 60 s whatever TCP makes of it, and not longer [S-4]. */
ltl remembered_so_long { [] ((memory > 0) == (since_failure < REMEMBERED)) }
/* One dial gives one session [S-2]. */
ltl one_transport { [] !late_session }
/* Every dial ends within its deadlines. */
ltl every_dial_ends { [] (IN_DIAL -> since_dial <= UDP_WAIT) }
/* And time never stands still. */
ltl time_runs_on { [] (IN_DIAL -> <> !IN_DIAL) }
