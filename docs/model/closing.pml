/*
 * The end of a connection (dsoftbus-transport.md#8-life-of-a-connection): FIN both ways and CLOSE, closing, draining, IDLE.
 *
 * Side 0 is the initiator, side 1 the responder; each has a stream of one piece to send, and FIN with it. The network loses,
 * delays, reorders and replays at will: a replayed packet opens, but its pn was seen, so it is dropped [P-21]. Where that holds, packets on
 * their way are numbers that go down when one arrives or is lost. What is on its way to an end that has ended finds nobody.
 *
 * Each side has a clock of its own, that ticks once per probe timeout. The two run as fast as they like, but both run on.
 */

#define IDLE   2                   /* probe timeouts without receipt until IDLE; in truth many more [L-8] */
#define FLIGHT 1                   /* CLOSEs of one side on their way at a time; more are lost */
#define MANY   9                   /* CLOSEs: no need to count on */

mtype:state = { open, closing, draining, ended };
mtype:end   = { none, finished, own_error, by_peer, idle };

typedef Side {
  mtype:state state;
  mtype:end end;                   /* what it tells the layer above */
  byte decisions;                  /* how often `end` was set */
  bool sent, got, known;           /* the piece with FIN: its own has left; the peer's is here; its own is known to have arrived */
  bool other;                      /* a packet on its way that is no CLOSE: ACK, PING, DATA sent again */
  byte closes;                     /* CLOSE on their way */
  byte closes_sent, answers;       /* in all, and within this probe timeout */
  byte ticks                       /* without receipt if open, else since the state began */
};
Side side[2];

#define PEER (1 - s)
#define IS_WHOLE(x) (side[x].got && side[x].known)                          /* both directions [L-15] */

inline decide(what) {
  side[s].end = what;
  side[s].decisions++
}

inline send_close() {
  if :: side[s].closes_sent < MANY -> side[s].closes_sent++ :: else fi;
  if :: side[PEER].state != ended && side[s].closes < FLIGHT -> side[s].closes++ :: else fi
}

inline enter(new_state) {
  side[s].state = new_state; side[s].ticks = 0; side[s].answers = 0
}

inline be_ended() {
  enter(ended);
  side[s].closes_sent = 0; side[PEER].closes = 0; side[PEER].other = false
}

/*
 * A packet of the peer's was opened, was new and was taken [L-9]. It tells `delivered`: that it tells what is so now, and not when it was
 * sent, only means that another like it may have come.
 */
inline receipt() {
  side[s].ticks = 0;
  side[s].known = side[PEER].got
}

/* CLOSE of the peer's. */
inline take_close() {
  if
  :: side[s].state == open ->
    if
    :: side[PEER].end == finished && side[s].got -> side[s].known = true; decide(finished)   /* it tells `delivered` too [L-2] */
    :: else -> decide(by_peer)
    fi;
    printf("%d hears CLOSE\n", s);
    enter(draining);
    send_close()                                                            /* one answer [L-6] */
  :: side[s].state == closing ->
#if defined(BROKEN_CLOSE_ANSWERS_CLOSE)
    send_close()                                                            /* and the same in draining, below */
#elif defined(BROKEN_PEERS_WORD_LAST)
    decide(by_peer); be_ended()
#else
    be_ended()                                                              /* at once; its own end stays [L-5] */
#endif
  :: side[s].state == draining ->
#ifdef BROKEN_CLOSE_ANSWERS_CLOSE
    send_close()
#else
    skip                                                                    /* unopened [L-6] */
#endif
  :: side[s].state == ended -> skip
  fi
}

/* Any other packet of the peer's. */
inline take_other() {
  if
  :: side[s].state == open -> receipt()
  :: side[s].state == closing ->
    if                                                                      /* CLOSE, at most one per probe timeout [L-3] */
#ifdef BROKEN_ANSWERS_ALL
    :: side[s].answers < 9 -> side[s].answers++; send_close()
#else
    :: side[s].answers == 0 -> side[s].answers++; send_close()
#endif
    :: else
    fi
  :: else
  fi
}

#ifdef BROKEN_INITIATOR_HASTY
#define MAY_FINISH side[s].known                                            /* its own direction alone */
#else
#define MAY_FINISH IS_WHOLE(s)                                              /* [L-1] */
#endif
#define MUST_FINISH (s == 0 && side[s].state == open && MAY_FINISH)

proctype End(byte s) {
  do
  :: atomic { side[s].state == open && !side[s].sent -> side[s].sent = true }
  :: atomic { side[s].state == open && !side[s].got && side[PEER].sent -> side[s].got = true; side[s].ticks = 0 }
  :: atomic { side[s].state == open && !MUST_FINISH && !side[s].other && side[PEER].state != ended -> side[s].other = true }
  :: atomic { side[PEER].other && side[s].state != ended && !MUST_FINISH -> side[PEER].other = false; take_other() }
  :: atomic { side[PEER].closes > 0 && side[s].state != ended -> side[PEER].closes--; take_close() }
  :: atomic { MUST_FINISH -> printf("0 has all, and closes\n");
       decide(finished); enter(closing); send_close() }
  /* The layer above may leave it open for ever, or close; or the peer breaks a rule. */
  :: side[s].state == open && !MUST_FINISH -> skip
  :: atomic { side[s].state == open -> printf("%d closes with an error\n", s);
       decide(own_error); enter(closing); send_close() }
  :: side[s].state == ended -> break
  od
}

/* Loss, and replay. */
active proctype Network() {
end:
  do
  :: atomic { side[0].other -> side[0].other = false }
  :: atomic { side[1].other -> side[1].other = false }
  :: atomic { side[0].closes > 0 -> side[0].closes-- }
  :: atomic { side[1].closes > 0 -> side[1].closes-- }
#ifdef BROKEN_REPLAY_IS_RECEIPT
  :: atomic { side[0].state == open -> side[0].ticks = 0 }
  :: atomic { side[1].state == open -> side[1].ticks = 0 }
#endif
  od
}

proctype Clock(byte s) {
  do
  :: atomic { side[s].state == open ->
#ifndef BROKEN_NO_IDLE
       side[s].ticks++;
       if
       :: side[s].ticks == IDLE -> printf("%d is idle\n", s);
         if
#ifdef BROKEN_IDLE_IS_FINE
         :: side[s].got && side[s].sent -> decide(finished)
#else
         :: IS_WHOLE(s) -> decide(finished)                                 /* [L-8] */
#endif
         :: else -> decide(idle)
         fi;
         be_ended()                                                         /* without a word */
       :: else
       fi
#else
       skip
#endif
     }
  :: atomic { side[s].state == closing || side[s].state == draining ->
       side[s].ticks++; side[s].answers = 0;
       if
       :: side[s].state == closing && side[s].ticks < 3 -> send_close()     /* three times, a probe timeout apart [L-3] */
#ifdef BROKEN_NO_LINGER
       :: side[s].state == closing && side[s].ticks == 3 -> side[s].ticks = 2   /* until the peer's CLOSE comes */
       :: side[s].state == draining && side[s].ticks == 3 -> be_ended()
#else
       :: side[s].ticks == 3 -> be_ended()
#endif
       :: else
       fi }
  :: side[s].state == ended -> break
  od
}

init {
  atomic {
    side[0].state = open; side[1].state = open; side[0].end = none; side[1].end = none;
    run End(0); run End(1); run Clock(0); run Clock(1)
  }
}

#define ENDED(x) (side[x].state == ended)

/* Not to be true: both finish, in order. */
ltl dead_model { [] !(ENDED(0) && ENDED(1) && side[0].end == finished && side[1].end == finished) }

/* Three, and an answer in each of three probe timeouts; in draining one alone [L-3, L-6]. */
#define FEW(x) (side[x].closes_sent <= 6 && (side[x].state != draining || side[x].closes_sent == 1))
ltl no_close_storm { [] (FEW(0) && FEW(1)) }
/* Once one side has left, or the initiator has all, both are ended some day, whatever is lost and replayed. */
#define LEFT(x) (side[x].state == closing || side[x].state == draining || side[x].state == ended)
ltl every_connection_ends { [] ((LEFT(0) || LEFT(1) || IS_WHOLE(0)) -> <> (ENDED(0) && ENDED(1))) }
/* Who says that all was finished has got all, and his peer too [L-1, L-2, L-15]. */
#define TRUE_END(x) (side[x].end != finished || (side[x].got && side[1 - x].got))
ltl nothing_lost { [] (TRUE_END(0) && TRUE_END(1)) }
/* Each side keeps the end that it decided itself. */
ltl end_is_decided_once { [] (side[0].decisions <= 1 && side[1].decisions <= 1) }
