/*
 * RETRY as a dial meets it (dsoftbus-transport.md#34-mac1-retry-cookies): whether a dial gets through, and what others can make it send.
 *
 * A dials. B is under load whenever it likes. E is hostile: it sees all, and forges RETRYs: with a right tag, for it saw MSG1 and knows
 * B's static public key, or blindly.
 *
 * Time counts in ticks of 250 ms. At a moment that the model chooses the storm is over: E is silent, and what is sent arrives within its
 * tick. Before, anything may be lost, late, doubled or replayed.
 */

#define DEADLINE 12                /* 3 s: `auto` until MSG2 is verified [H-35] */
#define NEVER    99

/* Cookies, as A or E put them into MSG1. */
#define NO_COOKIE 0
#define GOOD      1                /* B's, for the source that sends it */
#define FORGED    2                /* E's own bytes */

/* A. */
bool dialling = true, verified;
byte clock, deadline = DEADLINE, due, repeats, cookie, last_retry = NEVER;
byte sent_this_tick;
bool blind_worked;

/* Datagrams on the way that nobody has seen arrive, and whether such a one was ever sent. */
bool fresh_msg1, fresh_retry, fresh_msg2;
bool past_msg1[3], past_retry, past_msg2;

bool calm;
byte calm_since;

/* B. */
bool load, entry;

/* The gaps of [H-35]: 250, 250, 500, 500 ms, then 1 s. */
#define GAP ((repeats < 2) -> 1 : ((repeats < 4) -> 2 : 4))

inline send_msg1() {
  fresh_msg1 = true;
  past_msg1[cookie] = true;
  due = clock + GAP;
  if :: repeats < 4 -> repeats++ :: else fi;
  if :: sent_this_tick < 9 -> sent_this_tick++ :: else fi
}

/* A RETRY whose tag is right: at most one in 250 ms counts [H-27]. */
inline take_retry(its_cookie) {
  if
#ifdef BROKEN_NO_THROTTLE
  :: true ->
#else
  :: last_retry == NEVER || clock > last_retry ->
#endif
    last_retry = clock;
#ifdef BROKEN_FIRST_COOKIE_STAYS
    if :: cookie == NO_COOKIE -> cookie = its_cookie :: else fi;
#else
    cookie = its_cookie;
#endif
#ifdef BROKEN_RETRY_EXTENDS
    deadline = clock + DEADLINE;
#endif
    printf("A answers a RETRY at %d\n", clock);
    send_msg1()
  :: else
  fi
}

active proctype Initiator() {
  do
  :: atomic { dialling && fresh_retry -> fresh_retry = false; take_retry(GOOD) }
  :: atomic { dialling && !calm && past_retry -> take_retry(GOOD) }
  :: atomic { dialling && !calm && repeats > 0 -> printf("E forges a RETRY\n"); take_retry(FORGED) }
  /* A RETRY of somebody who hasn't seen MSG1: its tag is wrong [H-26]. */
  :: atomic { dialling && !calm ->
#ifdef BROKEN_NO_TAG
       blind_worked = true; take_retry(FORGED)
#else
       skip
#endif
     }
  :: atomic { dialling && (fresh_msg2 || (past_msg2 && !calm)) ->
       fresh_msg2 = false; verified = true; dialling = false; printf("A verifies MSG2 at %d\n", clock) }
  :: !dialling -> break
  od
}

/* Apart from what arrives: no stream of datagrams keeps a timer from going off. */
active proctype Timers() {
  do
  :: atomic { dialling && clock >= due && clock < deadline -> printf("A sends MSG1 at %d\n", clock); send_msg1() }
#ifndef BROKEN_NO_DEADLINE
  :: atomic { dialling && clock >= deadline -> dialling = false; printf("A gives up at %d\n", clock) }
#endif
  :: !dialling -> break
  od
}

#ifdef BROKEN_COOKIE_NO_HELP
#define VALID(c) false
#else
#define VALID(c) (c == GOOD)
#endif

/* In the order of [H-20]: entry, cookie, load. */
inline take_msg1(its_cookie) {
  if
  :: entry -> fresh_msg2 = true; past_msg2 = true                                        /* [H-22] */
  :: !entry && load && !VALID(its_cookie) -> fresh_retry = true; past_retry = true       /* [H-24] */
  :: !entry && (!load || VALID(its_cookie)) -> entry = true; fresh_msg2 = true; past_msg2 = true
  fi
}

active proctype Responder() {
end:
  do
  /* What A sent just now carries the cookie that A holds. */
  :: atomic { fresh_msg1 -> fresh_msg1 = false; take_msg1(cookie) }
  :: atomic { !calm && past_msg1[NO_COOKIE] -> take_msg1(NO_COOKIE) }
  :: atomic { !calm && past_msg1[GOOD] -> take_msg1(GOOD) }
  :: atomic { !calm && past_msg1[FORGED] -> take_msg1(FORGED) }
  :: atomic { !calm -> load = !load }
  od
}

#define NOTHING_ON_THE_WAY (!fresh_msg1 && !fresh_retry && !fresh_msg2)

active proctype Network() {
end:
  do
  :: atomic { !calm && fresh_msg1 -> fresh_msg1 = false }
  :: atomic { !calm && fresh_retry -> fresh_retry = false }
  :: atomic { !calm && fresh_msg2 -> fresh_msg2 = false }
  :: atomic { !calm -> calm = true; calm_since = clock; printf("the storm is over at %d\n", clock) }
  od
}

/* No tick while something is due. */
active proctype Clock() {
end:
  do
  :: atomic { dialling && clock < due && clock < deadline && clock < 2 * DEADLINE && (!calm || NOTHING_ON_THE_WAY) ->
       clock++; sent_this_tick = 0 }
  od
}

/* Not to be true: with load, RETRY and cookie the dial succeeds. */
ltl dead_model { [] !(verified && cookie == GOOD) }

/* In one tick at most a repeat by the schedule and an answer to one RETRY. */
ltl no_retry_storm { [] (sent_this_tick <= 2) }
/* RETRYs, however many, don't move the deadline [S-3]. */
ltl deadline_stands { [] (dialling -> clock <= DEADLINE) }
/* The dial ends, and time never stands still. */
ltl ends { <> !dialling }
/* Once the storm is over, one gap of the schedule and one RETRY later the dial is through, load or not. */
ltl retry_round_ends { [] ((calm && dialling) -> (clock <= calm_since + 5)) }
/* Who hasn't seen MSG1 makes A send nothing [H-26]. */
ltl blind_retry_is_nothing { [] !blind_worked }
