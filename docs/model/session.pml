/*
 * One session over streams that break at any moment.
 *
 * Question: does every message arrive exactly once and in order, in both directions, whatever is lost on the
 * way, and does neither end ever believe that the other has broken the numbering?
 *
 * Both ends are MessageLog; the lock-manager's is used as Lockspace.receive and resume do, the node's as
 * SessionTraffic and LockSession. The n-th message of a direction has content n, so that a message that was
 * lost, doubled or numbered anew is seen. The lease does not end here: lease.pml is about that.
 *
 *   MESSAGES   in each direction
 *   BREAKS     how many streams break; a hello of each may come late and replace a stream that is well
 *   BUG_*      a planted bug
 */
#ifndef MESSAGES
#define MESSAGES 2
#endif
#ifndef BREAKS
#define BREAKS 1
#endif
#define STREAMS (2 * BREAKS + 1)

#define NODE 0
#define MANAGER 1

/* Messages on a stream: hello and welcome carry how much was received, a batch its first number, acknowledgement, count and first content.
   The lock-manager closes a stream of which it takes nothing more. */
#define HELLO 0
#define WELCOME 0
#define BATCH 1
#define CLOSE 2

chan up[STREAMS] = [4] of { byte, byte, byte, byte, byte };
chan down[STREAMS] = [5] of { byte, byte, byte, byte, byte };
bool upBroken[STREAMS];
bool downBroken[STREAMS];

#define ROOM_UP (len(up[nodeStream]) < 4)
#define ROOM_DOWN (managerStream == STREAMS || len(down[managerStream]) < 3)

/* MessageLog: contents oldest .. oldest + sent + unsent - 1 are kept. */
byte oldest[2] = 1;
byte sent[2];
byte unsent[2];
byte acknowledged[2];
byte newestSent[2];
byte received[2]; /* as the log counts */
byte added[2];
byte taken[2]; /* the newest content that was handed over */

/* The node's stream; STREAMS when it has none. */
byte nodeStream = STREAMS;
byte opened; /* how many it has opened */
bool welcomed;
byte acknowledgedToManager;

/* The stream that the lock-manager knows for the session. */
byte managerStream = STREAMS;

hidden byte kind, first, ack, count, content, k;

inline add(e) {
  added[e]++;
  unsent[e]++
}

inline nextBatch(e, link) {
  first = acknowledged[e] + sent[e] + 1;
  count = unsent[e];
  content = oldest[e] + sent[e];
#ifdef BUG_FORGETS_WHAT_IS_WRITTEN
  oldest[e] = oldest[e] + unsent[e];
  acknowledged[e] = acknowledged[e] + unsent[e];
  newestSent[e] = acknowledged[e];
#else
  sent[e] = sent[e] + unsent[e];
  newestSent[e] = (acknowledged[e] + sent[e] > newestSent[e] -> acknowledged[e] + sent[e] : newestSent[e]);
#endif
  unsent[e] = 0;
  link ! BATCH, first, received[e], count, content
}

inline resume(e, handledByOther) {
#ifndef BUG_FORGETS_WHAT_IS_WRITTEN
  assert(handledByOther >= acknowledged[e] && handledByOther <= newestSent[e]);
#endif
  unsent[e] = unsent[e] + sent[e];
  sent[e] = 0;
  do
  :: acknowledged[e] < handledByOther ->
#ifndef BUG_RESUME_DOUBLES
    oldest[e]++;
    unsent[e]--;
#endif
    acknowledged[e]++
  :: else -> break
  od
}

inline receive(e) {
  assert(first >= 1 && first <= received[e] + 1); /* else: messages are missing */
#ifndef BUG_FORGETS_WHAT_IS_WRITTEN
  assert(ack >= acknowledged[e] && ack <= acknowledged[e] + sent[e]);
  do
  :: acknowledged[e] < ack -> acknowledged[e]++; oldest[e]++; sent[e]--
  :: else -> break
  od;
#endif
  for (k : 1 .. count) {
    if
    :: first > received[e] ->
      received[e]++;
      assert(content == taken[e] + 1); /* nothing lost, doubled or out of order */
      taken[e] = content
    :: else
    fi;
    first++;
    content++
  }
}

inline answer() {
  if
  :: managerStream < STREAMS && !downBroken[managerStream] -> nextBatch(MANAGER, down[managerStream])
  :: managerStream < STREAMS && downBroken[managerStream] ->
    /* Written into a stream that is dead already, which the lock-manager has not heard of. */
#ifdef BUG_FORGETS_WHAT_IS_WRITTEN
    oldest[MANAGER] = oldest[MANAGER] + unsent[MANAGER];
    acknowledged[MANAGER] = acknowledged[MANAGER] + unsent[MANAGER];
#else
    sent[MANAGER] = sent[MANAGER] + unsent[MANAGER];
    newestSent[MANAGER] =
      (acknowledged[MANAGER] + sent[MANAGER] > newestSent[MANAGER] -> acknowledged[MANAGER] + sent[MANAGER] : newestSent[MANAGER]);
#endif
    unsent[MANAGER] = 0
  :: else
  fi
}

inline forget() {
  kind = 0; first = 0; ack = 0; count = 0; content = 0; k = 0
}

inline close(s) {
  if
  :: !downBroken[s] -> down[s] ! CLOSE, 0, 0, 0, 0
  :: else
  fi
}

#ifdef BUG_TAKES_A_LATE_HELLO
#define MAY_TAKE true
#else
#define MAY_TAKE (first >= acknowledged[MANAGER])
#endif

/* What has come on stream s. */
inline take(s) {
  up[s] ? kind, first, ack, count, content;
  if
#ifndef BUG_TAKES_A_LATE_HELLO
  /* The hello is older than what was acknowledged on another stream: that stream is the newer one. */
  :: kind == HELLO && first < acknowledged[MANAGER] -> close(s)
#endif
  :: kind == HELLO && MAY_TAKE ->
    if
    :: managerStream < STREAMS -> close(managerStream)
    :: else
    fi;
    managerStream = s;
    resume(MANAGER, first);
    if
    :: !downBroken[s] -> down[s] ! WELCOME, received[MANAGER], 0, 0, 0
    :: else
    fi;
    if
    :: unsent[MANAGER] > 0 -> answer()
    :: else
    fi
#ifdef BUG_TAKES_THE_OLD_STREAM
  :: kind == BATCH ->
#else
  :: kind == BATCH && s == managerStream ->
#endif
    receive(MANAGER);
    answer()
  :: else /* nothing more is taken from a stream that was replaced or is closed */
  fi;
  forget()
}

#define HEARS_THE_END(s) (upBroken[s] && empty(up[s]) && managerStream == s)
#define STREAM(s) \
  :: d_step { nempty(up[s]) && ROOM_DOWN -> take(s) } \
  :: d_step { HEARS_THE_END(s) -> managerStream = STREAMS }

/* A step of the lock-manager: something for the node happens by itself, or something has come on a stream. */
active proctype Manager() {
end:
  do
  :: d_step { added[MANAGER] < MESSAGES && ROOM_DOWN -> add(MANAGER); answer(); forget() }
  STREAM(0)
  STREAM(1)
  STREAM(2)
#if STREAMS > 3
  STREAM(3)
  STREAM(4)
#endif
  od
}

inline open() {
  nodeStream = opened;
  opened++;
  welcomed = false;
  if
  :: !upBroken[nodeStream] -> up[nodeStream] ! HELLO, received[NODE], 0, 0, 0
  :: else
  fi
}

active proctype Node() {
end:
  do
  :: d_step { added[NODE] < MESSAGES -> add(NODE) }
  :: d_step { nodeStream == STREAMS && opened < STREAMS -> open() }
  :: d_step { nodeStream < STREAMS && down[nodeStream] ? [WELCOME, _, _, _, _] ->
      down[nodeStream] ? kind, first, ack, count, content;
      resume(NODE, first);
      acknowledgedToManager = received[NODE];
      welcomed = true;
      forget()
    }
  :: d_step { nodeStream < STREAMS && down[nodeStream] ? [BATCH, _, _, _, _] ->
      down[nodeStream] ? kind, first, ack, count, content;
      receive(NODE);
      forget()
    }
  :: d_step { nodeStream < STREAMS && down[nodeStream] ? [CLOSE, _, _, _, _] -> nodeStream = STREAMS; welcomed = false }
  /* What one turn says leaves in one batch; an empty one only to acknowledge. */
#ifdef BUG_SENDS_BEFORE_THE_WELCOME
  :: d_step { nodeStream < STREAMS &&
#else
  :: d_step { nodeStream < STREAMS && welcomed &&
#endif
        (unsent[NODE] > 0 || acknowledgedToManager != received[NODE]) && ROOM_UP ->
      acknowledgedToManager = received[NODE];
      if
      :: !upBroken[nodeStream] -> nextBatch(NODE, up[nodeStream])
      :: else ->
        sent[NODE] = sent[NODE] + unsent[NODE];
        newestSent[NODE] = (acknowledged[NODE] + sent[NODE] > newestSent[NODE] -> acknowledged[NODE] + sent[NODE] : newestSent[NODE]);
        unsent[NODE] = 0
      fi;
      forget()
    }
  :: d_step { nodeStream < STREAMS && downBroken[nodeStream] -> nodeStream = STREAMS; welcomed = false }
  od
}

/* Each direction of a stream breaks for itself; what is on the way is lost. The last streams hold. */
active proctype Network() {
  byte s;
end:
  do
  :: d_step { s < BREAKS && !upBroken[s] && opened > s -> upBroken[s] = true;
      do
      :: nempty(up[s]) -> up[s] ? kind, first, ack, count, content
      :: empty(up[s]) -> break
      od;
      forget()
    }
  :: d_step { s < BREAKS && !downBroken[s] && opened > s -> downBroken[s] = true;
      do
      :: nempty(down[s]) -> down[s] ? kind, first, ack, count, content
      :: empty(down[s]) -> break
      od;
      forget()
    }
  :: d_step { s < BREAKS && upBroken[s] && downBroken[s] -> s++ }
  od
}

init {
  /* Nothing more can happen: then all has arrived, and both ends know it. */
  timeout ->
    assert(added[NODE] == MESSAGES && taken[MANAGER] == MESSAGES);
    assert(added[MANAGER] == MESSAGES && taken[NODE] == MESSAGES);
#ifndef BUG_FORGETS_WHAT_IS_WRITTEN
    assert(acknowledged[NODE] == MESSAGES && acknowledged[MANAGER] == MESSAGES)
#endif
}
