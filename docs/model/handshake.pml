/*
 * The handshake over udp-sec (dsoftbus-transport.md#3-handshake-over-udp): who ends up with a session with whom.
 *
 * A dials, twice one after the other. B listens. E is hostile: a device with valid keys of its own, unknown to B, that owns the network.
 *
 * The network is the set of datagrams that were ever sent, a flag each. Delivering one does not take it out: so it may come late, twice,
 * in any order, or never. That is loss, duplication, reordering and replay in one. E sends what it has seen from any address, and what
 * its own keys make.
 *
 * Cryptography is perfect: who hasn't the key can't make the message. Noise binds every message to those before it, so MSG2 and MSG3
 * are named by the two ephemeral keys: of the attempt (of A) and of the half-open entry (of B).
 *
 * Time passes as it likes: each deadline may strike at any moment. What holds here, holds for every choice of timers.
 *
 * In what is printed, devices are 1 (A), 2 (B) and 3 (E), and MSG1 of 7 is E's own.
 */

#define ATTEMPTS 2
#define ENTRIES  3                 /* the half-open entries that B makes; none is used twice */
#define OF_E     7                 /* "made with E's ephemeral key" in the place of an attempt or an entry */

#define A 1
#define B 2
#define E 3

mtype:dial  = { idle, wait_msg2, wait_packet, open, failed };
mtype:why   = { none, deadline, auth, refusal, garbage };
mtype:entry = { unused, half_open, refused, accepted, gone };

typedef Attempt {
  mtype:dial state;
  mtype:why why;                   /* it failed */
  byte key;                        /* whose static key A's peer table holds for the device that it wants */
  byte wanted;                     /* the device that it wants: the table may be wrong, and hold E's key for B */
  byte entry                       /* the responder's half of the session: of which entry */
};
typedef Entry {
  mtype:entry state;
  byte attempt;                    /* whose ephemeral key its MSG1 carried */
  byte peer;                       /* the device that B believes to have at the other end */
  byte connections;                /* made from this entry */
  byte place;                      /* in the order in which B accepted connections */
  bool confirmed                   /* a packet of the peer's has opened */
};
Attempt attempt[ATTEMPTS];
Entry entry[ENTRIES];
byte accepted_so_far;

/* The datagrams that were sent. */
bool msg1[ATTEMPTS], msg2[ENTRIES], msg3[ATTEMPTS];
bool ping[ENTRIES];                /* B's first packet on a connection */
bool auth_close[ENTRIES];          /* B's refusal */
bool data[ATTEMPTS];               /* A's first packet on a session */
bool timeout_close[ATTEMPTS];      /* A's CLOSE when the deadline passes after MSG3 [H-37] */

/* Watched by a property: B ended a connection that A uses, for the sake of an older attempt. */
bool older_won;

#define IS_OVER(k) (attempt[k].state == open || attempt[k].state == failed)
#define FAIL(reason) attempt[k].state = failed; attempt[k].why = reason

/* [I-9]: the static key that the proof signs is the one that Noise authenticated. [I-10]: the device is the one that was dialled. */
#if defined(BROKEN_PROOF_OF_ANY_KEY)
#define PROOF_HOLDS(device) (device == attempt[k].wanted)
#elif defined(BROKEN_ANY_DEVICE)
#define PROOF_HOLDS(device) (device == attempt[k].key)
#else
#define PROOF_HOLDS(device) (device == attempt[k].key && device == attempt[k].wanted)
#endif

/* MSG2 verified or not [H-45]: MSG3, or the end of the attempt. */
inline take_msg2(from, proof) {
  if
  :: PROOF_HOLDS(proof) ->
    printf("A%d: MSG2 of entry %d verified, MSG3\n", k, from);
    attempt[k].entry = from;
    attempt[k].state = wait_packet;
    msg3[k] = true;
#ifdef BROKEN_OPEN_UNCONFIRMED
    attempt[k].state = open;       /* without a packet of the responder's [H-36, H-39] */
#endif
  :: else -> printf("A%d: MSG2 with a proof that fails\n", k); FAIL(auth)
  fi
}

/* MSG2 opens for the attempt whose MSG1 it answers, from whatever entry; several may have been made of one MSG1. */
#define MSG2_OF_ENTRY(r) \
  :: atomic { attempt[k].state == wait_msg2 && attempt[k].key == B && msg2[r] && entry[r].attempt == k -> take_msg2(r, B) }

#define PACKET_OF_ENTRY(r) \
  :: atomic { attempt[k].state == wait_packet && attempt[k].entry == r && ping[r] -> \
       printf("A%d: session with %d\n", k, attempt[k].wanted); attempt[k].state = open; data[k] = true } \
  :: atomic { attempt[k].state == wait_packet && attempt[k].entry == r && auth_close[r] -> FAIL(refusal) }

proctype Initiator(byte k) {
  atomic {
    (k == 0 || IS_OVER(0)) ->
      if
      :: attempt[k].key = B; attempt[k].wanted = B
      :: attempt[k].key = E; attempt[k].wanted = E    /* a hostile device, but the one that A wants */
      :: attempt[k].key = E; attempt[k].wanted = B    /* E's key announced as B's */
      fi;
      printf("A%d: MSG1 for %d, with the static key of %d\n", k, attempt[k].wanted, attempt[k].key);
      attempt[k].state = wait_msg2;
      msg1[k] = true
  }
  do
  MSG2_OF_ENTRY(0)
  MSG2_OF_ENTRY(1)
  MSG2_OF_ENTRY(2)
  /* E answers itself what was dialled with its key. B's proof is known to all who know its static public key. */
  :: atomic { attempt[k].state == wait_msg2 && attempt[k].key == E -> take_msg2(OF_E, E) }
  :: atomic { attempt[k].state == wait_msg2 && attempt[k].key == E -> take_msg2(OF_E, B) }
  /* A forged MSG2 that does not open [H-42]. */
  :: atomic { attempt[k].state == wait_msg2 && attempt[k].key == B ->
#ifdef BROKEN_GARBAGE_ENDS
       FAIL(garbage)
#else
       skip                        /* dropped; the attempt goes on waiting */
#endif
     }
  PACKET_OF_ENTRY(0)
  PACKET_OF_ENTRY(1)
  PACKET_OF_ENTRY(2)
  :: atomic { attempt[k].state == wait_packet && attempt[k].entry == OF_E ->
       printf("A%d: session with %d\n", k, attempt[k].wanted); attempt[k].state = open; data[k] = true }
  :: atomic { attempt[k].state == wait_msg2 -> printf("A%d: the deadline passes\n", k); FAIL(deadline) }
  :: atomic { attempt[k].state == wait_packet -> printf("A%d: the deadline passes, CLOSE\n", k);
       FAIL(deadline); timeout_close[k] = true }
  :: IS_OVER(k) -> break
  od
}

/* An entry for MSG1. Replayed from E's address it gets one of its own: the key is address, port and Noise bytes [H-21]. */
inline make_entry(of_attempt) {
  printf("B: entry %d for MSG1 of %d\n", r, of_attempt);
  entry[r].state = half_open;
  entry[r].attempt = of_attempt;
  msg2[r] = true
}

/* MSG3 opened; B looks at the proof [I-9] and into its peer table, where A is and E isn't [I-11]. */
inline take_msg3(static_key, proof) {
  if
#if defined(BROKEN_PROOF_OF_ANY_CLIENT)
  :: proof == A ->
#elif defined(BROKEN_NO_TABLE)
  :: proof == static_key ->
#else
  :: proof == static_key && proof == A ->
#endif
    printf("B: MSG3 for entry %d, a connection with %d\n", r, proof);
    entry[r].peer = proof;
    entry[r].connections++;
    accepted_so_far++;
    entry[r].place = accepted_so_far;
    ping[r] = true;
#ifdef BROKEN_ENTRY_STAYS
    if :: entry[r].connections < 2 -> skip :: else -> entry[r].state = accepted fi
#else
    entry[r].state = accepted
#endif
  :: else -> entry[r].state = refused; auth_close[r] = true
  fi
}

#define USED_BY_A(o) (entry[o].attempt < ATTEMPTS && attempt[entry[o].attempt].state == open && attempt[entry[o].attempt].entry == o)
#define IS_NEWER(o) (entry[o].attempt > entry[r].attempt && entry[o].attempt < ATTEMPTS)

inline replace(o) {
  if
  :: o != r && entry[o].state == accepted && entry[o].peer == entry[r].peer && entry[o].place < entry[r].place ->
    printf("B: connection %d replaces %d\n", r, o);
    older_won = older_won || (USED_BY_A(o) && IS_NEWER(o));
    entry[o].state = gone
  :: else
  fi
}

/* The first packet that opens on a connection ends those of this peer that were accepted before it [H-53]. */
inline first_packet() {
  if
  :: !entry[r].confirmed -> entry[r].confirmed = true; replace(0); replace(1); replace(2)
  :: else
  fi
}

proctype Responder(byte r) {
  atomic {
    (r == 0 || entry[r - 1].state != unused) ->
      if
      :: msg1[0] && attempt[0].key == B -> make_entry(0)
      :: msg1[1] && attempt[1].key == B -> make_entry(1)
      :: make_entry(OF_E)
      fi
  }
  do
  /* A's MSG3, from the address of the entry: A's, or E's where E passes datagrams on. */
  :: atomic { entry[r].state == half_open && entry[r].attempt < ATTEMPTS && msg3[entry[r].attempt] &&
       attempt[entry[r].attempt].entry == r -> take_msg3(A, A) }
  /* E's own MSG3 has its own static key, with its own proof or A's, which whoever A dialled has seen. */
  :: atomic { entry[r].state == half_open && entry[r].attempt == OF_E -> take_msg3(E, E) }
  :: atomic { entry[r].state == half_open && entry[r].attempt == OF_E -> take_msg3(E, A) }
  :: atomic { entry[r].state == accepted && entry[r].attempt < ATTEMPTS && data[entry[r].attempt] && !entry[r].confirmed ->
       first_packet() }
  :: atomic { entry[r].state == accepted && entry[r].attempt < ATTEMPTS && timeout_close[entry[r].attempt] &&
       attempt[entry[r].attempt].entry == r ->
       printf("B: A's CLOSE, on connection %d\n", r);
#ifdef BROKEN_CLOSE_REPLACES       /* README.md#what-the-model-found */
       first_packet();
#endif
       entry[r].state = gone }
  :: atomic { entry[r].state == half_open || entry[r].state == accepted -> entry[r].state = gone }   /* forgotten; idle */
  :: entry[r].state == refused || entry[r].state == gone -> break
  od
}

init {
  atomic {
    attempt[0].state = idle; attempt[1].state = idle;
    entry[0].state = unused; entry[1].state = unused; entry[2].state = unused;
    run Initiator(0); run Initiator(1);
    run Responder(0); run Responder(1); run Responder(2)
  }
}

/* Who has a session with B, has it with B, and B has the same with A. */
#define A_AGREES(k) (attempt[k].state != open || attempt[k].wanted != B || \
  (attempt[k].entry < ENTRIES && entry[attempt[k].entry].attempt == k && \
   entry[attempt[k].entry].connections > 0 && entry[attempt[k].entry].peer == A))
/* Of whom B believes that it is A, that is A, and A means this session with B. */
#define B_AGREES(r) (entry[r].connections == 0 || entry[r].peer != A || \
  (entry[r].attempt < ATTEMPTS && attempt[entry[r].attempt].entry == r && attempt[entry[r].attempt].wanted == B))
ltl agreement { [] (A_AGREES(0) && A_AGREES(1) && B_AGREES(0) && B_AGREES(1) && B_AGREES(2)) }

/* No session without both proofs: each side's peer owns the static key at the other end, and B knows it. */
#define A_PROVED(k) (attempt[k].state != open || attempt[k].key == attempt[k].wanted)
#define B_PROVED(r) (entry[r].connections == 0 || (entry[r].peer == A && entry[r].attempt != OF_E))
ltl both_proofs { [] (A_PROVED(0) && A_PROVED(1) && B_PROVED(0) && B_PROVED(1) && B_PROVED(2)) }

/* However often it comes: one MSG3, one connection; one attempt, one connection. */
#define MADE(k) (((entry[0].attempt == k) * entry[0].connections) + ((entry[1].attempt == k) * entry[1].connections) + \
  ((entry[2].attempt == k) * entry[2].connections))
ltl one_connection { [] (MADE(0) <= 1 && MADE(1) <= 1) }

/* Whoever dials B with B's key fails by the deadline or by B's word, never by what a stranger made up. */
#define FAILED_HONESTLY(k) (attempt[k].state != failed || attempt[k].key != B || \
  attempt[k].why == deadline || (attempt[k].why == refusal && auth_close[attempt[k].entry]))
ltl forgery_ends_nothing { [] (FAILED_HONESTLY(0) && FAILED_HONESTLY(1)) }

/* Not to be true: A has a session with B, over an entry that isn't the first. */
ltl dead_model { [] !(attempt[1].state == open && attempt[1].wanted == B && attempt[1].entry == 1) }

/* B doesn't end the connection that A uses for the sake of an attempt that A gave up before it. */
ltl newest_stays { [] !older_won }
