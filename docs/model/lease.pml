/*
 * The lease of one session, as the node and the lock-manager count it.
 *
 * Question: has the node always stopped using its locks when the lock-manager gives the session up?
 *
 * Time goes on by ticks between any two steps; both clocks have the same rate (the node's margin,
 * SessionSettings.stopMarginPerMille, is for those that have not). The node is LeaseClock, the lock-manager
 * Lockspace.renewLease and checkLease. Messages and acknowledgements are as late as they like, or lost with
 * their stream.
 *
 *   TICKS      when the clock stops
 *   BUG_*      a planted bug
 */
#ifndef TICKS
#define TICKS 7
#endif
#define LEASE 3
#define BATCHES 4
#define STREAMS 3

byte now;

/* A batch or hello with the tick of its sending, so that the answer can carry it back: the node looks it up by number. */
chan up[STREAMS] = [3] of { bool, byte };
chan down[STREAMS] = [3] of { bool, byte };
#define HELLO 0
#define BATCH 1

byte stream;
bool welcomed = true;
byte from; /* the node's lease is counted from here */
byte emptySent;
byte said;
byte ends = LEASE; /* when the lock-manager gives up */
byte managerStream;
bool lost;

#define HOLDS (now < from + LEASE)
#define LATER(a, b) ((a) > (b) -> (a) : (b))

active proctype Clock() {
end:
  do
  :: d_step { now < TICKS -> now++ }
  od
}

active proctype Node() {
  bool kind;
  byte at;
end:
  do
  :: d_step { HOLDS && welcomed && said < BATCHES && len(up[stream]) < 3 -> up[stream] ! BATCH, now; said++ }
#ifdef BUG_EMPTY_BATCH_COUNTS
  /* Sent, never acknowledged by a number, taken for proof with the next acknowledgement. */
  :: d_step { HOLDS && welcomed && emptySent < now -> emptySent = now }
#endif
  :: d_step { HOLDS && nempty(down[stream]) ->
      down[stream] ? kind, at;
      if
      :: kind == HELLO -> welcomed = true
      :: else
      fi;
#ifdef BUG_COUNTS_FROM_THE_ANSWER
      from = now;
#else
      from = LATER(from, LATER(at, emptySent));
#endif
      kind = 0;
      at = 0
    }
  /* The stream breaks, as the node sees it; what is on the way to the lock-manager may still come. */
  :: d_step { HOLDS && stream < STREAMS - 1 ->
      stream++;
      welcomed = false;
      up[stream] ! HELLO, now;
#ifdef BUG_HELLO_RENEWS_UNANSWERED
      from = now;
#endif
    }
  od
}

inline renew(s) {
  up[s] ? kind, at;
  if
  :: !lost && (kind == HELLO || managerStream == s) ->
    managerStream = s;
    ends = now + LEASE;
    down[s] ! kind, at
  :: else
  fi;
  kind = 0;
  at = 0
}

active proctype Manager() {
  bool kind;
  byte at;
end:
  do
  :: d_step { nempty(up[0]) && len(down[0]) < 3 -> renew(0) }
  :: d_step { nempty(up[1]) && len(down[1]) < 3 -> renew(1) }
  :: d_step { nempty(up[2]) && len(down[2]) < 3 -> renew(2) }
  /* What is lost with a stream. */
  :: d_step { stream > 0 && nempty(up[0]) -> up[0] ? kind, at; kind = 0; at = 0 }
  :: d_step { stream > 1 && nempty(up[1]) -> up[1] ? kind, at; kind = 0; at = 0 }
#ifdef BUG_GIVES_UP_EARLY
  :: d_step { !lost && now + 1 >= ends ->
#else
  :: d_step { !lost && now >= ends ->
#endif
      lost = true;
      assert(!HOLDS) /* rule 1: from now on others may have what the node had */
    }
  od
}
