/*
 * What a responder does for sources that have shown nothing (dsoftbus-transport.md#34-mac1-retry-cookies): no more bytes than they sent,
 * and under load no memory.
 *
 * V has asked for nothing. E sends in V's name: MSG1s that it made (mac1 is right, for E knows B's static public key), with a cookie or
 * without, one of them again, MSG3s made up. It has a cookie of B's for its own address. It never sees what B sends to V.
 */

#define MSG1_TYPES 2               /* E has made so many different ones */
#define DATAGRAMS  5               /* that E sends in all */

/* Sizes in parts of 60 bytes: MSG1 and MSG2 1200 [H-4, H-5], RETRY 58 [H-7], MSG3 201, a refusal 61 [H-57]. */
#define MSG1_SIZE  20
#define MSG2_SIZE  20
#define RETRY_SIZE 1
#define MSG3_SIZE  3
#define CLOSE_SIZE 2

#define NO_COOKIE 0
#define E_COOKIE  1                /* B's, but for E's address [H-25] */

bool load, entry[MSG1_TYPES], under_load;
byte sent, from_v, to_v;

inline answer(size) { to_v = to_v + size }

#ifdef BROKEN_COOKIE_FOR_ANYONE
#define VALID(c) (c == E_COOKIE)
#else
#define VALID(c) false             /* a cookie is good for one source; none of V's has ever reached E */
#endif

/* In the order of [H-20]: entry, cookie, load. */
inline take_msg1(m, its_cookie) {
  from_v = from_v + MSG1_SIZE;
  if
  :: entry[m] -> answer(MSG2_SIZE)                                         /* [H-22] */
  :: !entry[m] && load && !VALID(its_cookie) ->
#ifdef BROKEN_ENTRY_WITH_RETRY
    entry[m] = true; under_load = true;
#endif
    answer(RETRY_SIZE)                                                     /* [H-24] */
  :: !entry[m] && (!load || VALID(its_cookie)) ->
    printf("an entry for V, load %d\n", load);
    under_load = under_load || load;
    entry[m] = true;
    answer(MSG2_SIZE)
  fi
}

active proctype Responder() {
  do
  :: atomic { sent < DATAGRAMS -> sent++; take_msg1(0, NO_COOKIE) }
  :: atomic { sent < DATAGRAMS -> sent++; take_msg1(0, E_COOKIE) }
  :: atomic { sent < DATAGRAMS -> sent++; take_msg1(1, NO_COOKIE) }
  :: atomic { sent < DATAGRAMS -> sent++; take_msg1(1, E_COOKIE) }
  /* A MSG3 made without MSG2 does not open, and is dropped [H-42]. */
  :: atomic { sent < DATAGRAMS -> sent++; from_v = from_v + MSG3_SIZE;
#ifdef BROKEN_ANSWERS_GARBAGE
       answer(CLOSE_SIZE); answer(CLOSE_SIZE)     /* with more than it was asked with */
#endif
     }
  :: atomic { load = !load }
#ifdef BROKEN_OWN_REPEATS
  :: atomic { entry[0] && to_v < 200 -> printf("MSG2 again, by a timer\n"); answer(MSG2_SIZE) }
#endif
  :: sent == DATAGRAMS -> break
  od
}

/* Not to be true: without load V's MSG1 gets a MSG2, and with load a RETRY. */
ltl dead_model { [] !(to_v == MSG2_SIZE + RETRY_SIZE) }

/* To a source that hasn't shown that it receives, B sends no more than came from there [H-4, H-24]. */
ltl no_amplification { [] (to_v <= from_v) }
/* Under load B makes no entry for it [H-24, H-25]. */
ltl no_state_under_load { [] !under_load }
