/*
 * One glock, its lock-manager, and N nodes that ask, convert, cancel, lower and are asked to lower.
 *
 * Question: whatever the order in which messages cross, is rule 1 kept as the nodes see it, has each request
 * exactly one outcome (rule 11), and is nobody left waiting (rule 12)?
 *
 * The lock-manager is Granting, GrantQueue and Demoting of lockmanager.core, line by line; a node keeps the
 * contract of docs/protocols/locks.md and does within it whatever it likes, for ever. Streams keep their
 * order and lose nothing: session.pml is about that.
 *
 * Sizes and kinds of requests are given with -D; see check.
 *   N          nodes
 *   CANCELLERS how many of them cancel
 *   WITH_DF, WITH_TRY, WITH_TRY_1CB, WITH_ANY, WITH_PRIORITY  what they ask for beside SH and EX;
 *              TRY, TRY_1CB and ANY together RARITIES times
 *   GATED      the glock is an I/O glock; the gate closes CLOSINGS times, NOEXP is used NOEXPS times
 *   PROGRESS   for the question of rule 12
 *   BUG_*      a planted bug
 */
#ifndef N
#define N 2
#endif

/* Modes. */
#define UN 0
#define SH 1
#define DF 2
#define EX 3
#define NONE 4 /* no demote wanted */

/* Flags of a request. */
#define TRY 4
#define TRY_1CB 8
#define NOEXP 16
#define ANY 32
#define PRIORITY 64

/* To the lock-manager: kind, and mode with flags. */
#define ACQUIRE 0
#define LOWER 1
#define CANCEL 2

/* To a node, one batch of a step: an answer or SILENCE, its mode, and what the node is asked to lower to or NONE. */
#define GRANTED 0
#define TRY_FAILED 1
#define CANCELLED 2
#define DEADLOCK 3
#define SILENCE 4

#define MODE(r) ((r) & 3)
#define HAS(r, flag) (((r) & (flag)) != 0)
#define IS_TRY(r) (((r) & (TRY | TRY_1CB)) != 0)
#define COMPATIBLE(a, b) ((a) == UN || (b) == UN || ((a) == (b) && (a) != EX))
#define COVERS(held, wanted) ((held) == EX || (held) == (wanted))

/* Ranks of waiting requests, see Request.Rank. */
#define COVERED 0
#define CONVERSION 1
#define FIRST 2
#define ORDINARY 3
#define OVERTAKEN_MAX 1

chan up[N] = [4] of { byte, byte };
chan down[N] = [9] of { byte, byte, byte };

/* The lock-manager. A request is 0 when there is none. */
byte held[N];
byte demoteWanted[N];
byte request[N];
byte rank[N];
byte overtaken[N];
byte queue[N]; /* nodes, in the order in which they are served */
byte waiting;
bool closed;

/* The nodes. */
byte mine[N];
byte asked[N];
bool cancelled[N];
byte wish[N]; /* what it was asked to lower to, and has not done yet */

#ifndef CLOSINGS
#define CLOSINGS 1
#endif
#ifndef RARITIES
#define RARITIES 2
#endif
#ifndef NOEXPS
#define NOEXPS 2
#endif
byte closings = CLOSINGS;
byte noexps = NOEXPS;
byte rarities = RARITIES;

#define FREE(x) (asked[x] == 0 && wish[x] == NONE)

/* Scratch of a single step; not part of the state. */
hidden byte i, j, m, n, p, q, r, s, w;
hidden byte sent[N];
hidden byte saidKind[N], saidMode[N], saidDemote[N];
hidden byte yes;

#define HELD_BACK(req) (closed && !HAS(req, NOEXP))

/* What a node may use now: while it waits for another mode, only what both modes allow. */
#ifdef BUG_USES_OLD_MODE
#define USABLE(x) (mine[x])
#else
#define USABLE(x) \
  (asked[x] == 0 || MODE(asked[x]) == EX || MODE(asked[x]) == mine[x] -> mine[x] : \
    (mine[x] == EX && !HAS(asked[x], ANY) -> MODE(asked[x]) : UN))
#endif

inline say(to, kind, mode) {
  assert(saidKind[to] == SILENCE);
  saidKind[to] = kind;
  saidMode[to] = mode
}

inline demote(to, mode) {
  assert(saidDemote[to] == NONE);
  saidDemote[to] = mode;
  sent[to]++
}

/* m := the mode in which node x may have the glock beside the others; UN when it may not. */
inline compatibleMode(x, req) {
  s = UN;
  for (i : 0 .. N - 1) {
    if
    :: i != x && held[i] != UN -> s = held[i]
    :: else
    fi
  }
#ifdef BUG_CONVERTS_BESIDE
  if
  :: held[x] != UN && s == SH -> s = UN
  :: else
  fi;
#endif
  if
  :: COMPATIBLE(s, MODE(req)) -> m = MODE(req)
  :: else ->
    if
    :: HAS(req, ANY) && COMPATIBLE(s, 3 - MODE(req)) -> m = 3 - MODE(req)
    :: else -> m = UN
    fi
  fi
}

inline rankOf(x, req) {
  if
  :: held[x] != UN -> r = (COVERS(held[x], MODE(req)) -> COVERED : CONVERSION)
  :: else -> r = (HAS(req, PRIORITY) -> FIRST : ORDINARY)
  fi
}

#ifdef BUG_OVERTAKES
#define MAY_PASS(x) true
#else
#define MAY_PASS(x) (r <= CONVERSION || overtaken[x] < OVERTAKEN_MAX)
#endif

/* p := the place of a new request of rank r. */
inline placeOf() {
  p = waiting;
  do
  :: p > 0 && rank[queue[p - 1]] > r && MAY_PASS(queue[p - 1]) -> p--
  :: else -> break
  od
}

inline countOvertaken() {
  for (i : p .. N - 1) {
    if
    :: i < waiting && overtaken[queue[i]] < OVERTAKEN_MAX -> overtaken[queue[i]]++
    :: else
    fi
  }
}

inline enqueue(x, req) {
  rankOf(x, req);
  placeOf();
  if
  :: r == FIRST -> countOvertaken()
  :: else
  fi;
  q = waiting;
  do
  :: q > p -> queue[q] = queue[q - 1]; q--
  :: else -> break
  od;
  queue[p] = x;
  waiting++;
  request[x] = req;
  rank[x] = r
}

inline dequeue(x) {
  p = 0;
  do
  :: queue[p] != x -> p++
  :: else -> break
  od;
  waiting--;
  do
  :: p < waiting -> queue[p] = queue[p + 1]; p++
  :: else -> break
  od;
  queue[waiting] = 0;
  request[x] = 0;
  rank[x] = 0;
  overtaken[x] = 0
}

inline grant(x, mode, req) {
  assert(!HELD_BACK(req)); /* rule 2 */
  assert(mode != UN);
  held[x] = mode;
#ifndef BUG_FORGETS_NEW_GRANT
  demoteWanted[x] = NONE;
#endif
  say(x, GRANTED, mode)
}

/* n := the first waiter, N for none. */
inline findFirstWaiter() {
  n = 0;
  do
  :: n < waiting && HELD_BACK(request[queue[n]]) -> n++
  :: else -> break
  od;
  n = (n < waiting -> queue[n] : N)
}

/* Asks those in the way of node n to lower. */
inline demoteHolders() {
  for (j : 0 .. N - 1) {
    if
    :: j != n && !COMPATIBLE(held[j], MODE(request[n])) ->
      w = (held[j] == EX && MODE(request[n]) != EX -> MODE(request[n]) : UN);
      w = (demoteWanted[j] == NONE || demoteWanted[j] == w -> w : UN);
      if
      :: w != demoteWanted[j] -> demoteWanted[j] = w; demote(j, w)
      :: else
      fi;
#if !defined(BUG_CONVERSION_BEHIND_WAITER) && !defined(BUG_BOTH_CONVERT)
      if
      :: request[j] != 0 -> dequeue(j); say(j, DEADLOCK, UN)
      :: else
      fi
#endif
    :: else
    fi
  }
}

inline serve() {
  do
  :: findFirstWaiter();
    if
    :: n == N -> break
    :: else ->
      compatibleMode(n, request[n]);
      if
      :: m == UN -> demoteHolders(); break
      :: else ->
        r = request[n];
        dequeue(n);
        grant(n, m, r)
      fi
    fi
  od;
  m = 0
}

/* m := the mode to be granted now, UN for none. */
inline mayGrantNow(x, req) {
  compatibleMode(x, req);
  if
  :: m == UN || waiting == 0 || (held[x] != UN && COVERS(held[x], m))
  :: else ->
    rankOf(x, req);
    placeOf();
    q = p;
    do
    :: q > 0 && HELD_BACK(request[queue[q - 1]]) -> q--
    :: else -> break
    od;
    if
#ifndef BUG_BARGES
    :: q > 0 -> m = UN
#endif
    :: else ->
      if
      :: r == FIRST -> p = 0; countOvertaken()
      :: else
      fi
    fi
  fi
}

/* yes := whether a conversion that waits and this one each wait for the other's hold. */
inline isConversionDeadlock(x, req) {
  yes = false;
  compatibleMode(x, req);
#ifndef BUG_BOTH_CONVERT
  if
  :: held[x] != UN && m == UN ->
    for (i : 0 .. N - 1) {
      if
      :: i != x && request[i] != 0 && rank[i] <= CONVERSION && !COMPATIBLE(MODE(request[i]), held[x]) -> yes = true
      :: else
      fi
    }
  :: else
  fi
#endif
}

inline demoteForTry(x, req) {
  for (j : 0 .. N - 1) {
    if
    :: j != x && !COMPATIBLE(held[j], MODE(req)) ->
      w = (held[j] == EX && MODE(req) != EX -> MODE(req) : UN);
#ifdef BUG_TRY_ASKS_ONCE_FOR_ALL
      if
      :: w != demoteWanted[j] -> demote(j, w)
      :: else
      fi;
#else
      demote(j, w);
#endif
      demoteWanted[j] = (demoteWanted[j] == NONE || demoteWanted[j] == w -> w : UN)
    :: else
    fi
  }
}

/* Rule 11: what a failed try has sent, against what it must send. */
inline checkTryDemotes(x, req) {
  for (i : 0 .. N - 1) {
    yes = HAS(req, TRY_1CB) && !HELD_BACK(req) && i != x && !COMPATIBLE(held[i], MODE(req));
    assert(sent[i] == (yes -> 1 : 0))
  }
}

inline acquire(x, req) {
  assert(request[x] == 0);
  m = UN;
  if
#ifdef BUG_GATE_LETS_THROUGH
  :: true -> mayGrantNow(x, req)
#else
  :: !HELD_BACK(req) -> mayGrantNow(x, req)
  :: else
#endif
  fi;
  if
  :: m != UN ->
    grant(x, m, req);
    serve()
  :: else ->
    if
    :: IS_TRY(req) ->
      if
      :: HAS(req, TRY_1CB) && !HELD_BACK(req) -> demoteForTry(x, req)
      :: else
      fi;
      say(x, TRY_FAILED, UN);
      checkTryDemotes(x, req)
    :: else ->
      isConversionDeadlock(x, req);
      if
      :: yes -> say(x, DEADLOCK, UN)
      :: else ->
        enqueue(x, req);
        findFirstWaiter();
        if
        :: n < N -> demoteHolders()
        :: else
        fi
      fi
    fi
  fi
}

inline lower(x, mode) {
  assert(mode == UN || held[x] == EX);
#ifndef BUG_LOWERS_WHILE_CONVERTING
  assert(request[x] == 0);
#endif
  held[x] = mode;
  if
  :: mode == UN || demoteWanted[x] == mode -> demoteWanted[x] = NONE
  :: else
  fi;
  serve()
}

inline cancel(x) {
  if
  :: request[x] != 0 ->
    dequeue(x);
    say(x, CANCELLED, UN);
    serve()
#ifdef BUG_CANCELS_TWICE
  :: else -> say(x, CANCELLED, UN)
#else
  :: else
#endif
  fi
}

/* The batches of a step. Is there a problem if an answer and a demote request of one step come apart? Yes: rule 12. */
inline sendBatches() {
  for (i : 0 .. N - 1) {
    if
    :: saidKind[i] == SILENCE && saidDemote[i] == NONE
#ifdef BUG_SPLITS_BATCHES
    :: saidKind[i] != SILENCE && saidDemote[i] != NONE ->
      down[i] ! saidKind[i], saidMode[i], NONE;
      down[i] ! SILENCE, UN, saidDemote[i]
#endif
    :: else -> down[i] ! saidKind[i], saidMode[i], saidDemote[i]
    fi;
    saidKind[i] = SILENCE;
    saidMode[i] = UN;
    saidDemote[i] = NONE
  }
}

/* Rule 1 for the lock-manager's table, after each of its steps. */
inline checkTable() {
  sendBatches();
  for (i : 0 .. N - 1) {
    for (j : 0 .. N - 1) {
      assert(i == j || COMPATIBLE(held[i], held[j]));
    }
    sent[i] = 0;
    assert(request[i] == 0 || !IS_TRY(request[i])) /* a try never waits */
  }
  i = 0; j = 0; m = 0; n = 0; p = 0; q = 0; r = 0; s = 0; w = 0; yes = false
}

/* Takes what comes from one node. One process for each, so that fairness means that none is passed over for ever. */
proctype Manager(byte x) {
  byte kind, a;
end:
  do
  :: d_step {
      up[x] ? kind, a ->
      if
      :: kind == ACQUIRE -> acquire(x, a)
      :: kind == LOWER -> lower(x, a)
      :: kind == CANCEL -> cancel(x)
      fi;
      checkTable();
      kind = 0;
      a = 0
    }
  od
}

/* Rule 1 as the nodes see it. */
inline checkUse(x) {
  for (i : 0 .. N - 1) {
    assert(i == x || COMPATIBLE(USABLE(i), USABLE(x)))
  }
  i = 0
}

inline answered(x, kind, mode) {
  assert(asked[x] != 0); /* rule 11: one outcome for a request */
  assert(kind != CANCELLED || cancelled[x]);
  assert(kind != TRY_FAILED || IS_TRY(asked[x]));
  assert(kind != DEADLOCK || (mine[x] != UN && !IS_TRY(asked[x])));
  if
  :: kind == GRANTED ->
    assert(mode == MODE(asked[x]) || (HAS(asked[x], ANY) && mode != EX));
    mine[x] = mode;
    wish[x] = NONE /* a demote request that came before meant an older grant */
  :: kind == DEADLOCK -> wish[x] = UN
  :: else
  fi;
  asked[x] = 0;
  cancelled[x] = false
}

inline ask(x, req) {
  atomic {
    asked[x] = req;
    up[x] ! ACQUIRE, req
  }
}

/*
 * A wish is obeyed before anything new is asked for; meanwhile messages cross as they like.
 */
proctype Node(byte x) {
  byte kind, mode, wanted;
end:
  do
  :: d_step {
      down[x] ? kind, mode, wanted ->
      if
      :: kind != SILENCE -> answered(x, kind, mode)
      :: else
      fi;
      if
      :: wanted != NONE -> wish[x] = (wish[x] == NONE || wish[x] == wanted -> wanted : UN)
      :: else
      fi;
      if
      :: mine[x] == UN || mine[x] == wish[x] -> wish[x] = NONE
      :: else
      fi;
      checkUse(x);
      kind = 0;
      mode = 0;
      wanted = 0
    }
  :: FREE(x) -> ask(x, SH)
  :: FREE(x) -> ask(x, EX)
#ifdef WITH_DF
  :: FREE(x) -> ask(x, DF)
#endif
#ifdef WITH_TRY
  :: atomic { FREE(x) && rarities > 0 -> rarities--; ask(x, SH + TRY) }
  :: atomic { FREE(x) && rarities > 0 -> rarities--; ask(x, EX + TRY) }
#endif
#ifdef WITH_TRY_1CB
  :: atomic { FREE(x) && rarities > 0 -> rarities--; ask(x, SH + TRY_1CB) }
  :: atomic { FREE(x) && rarities > 0 -> rarities--; ask(x, EX + TRY_1CB) }
#endif
#ifdef WITH_ANY
  :: atomic { FREE(x) && rarities > 0 -> rarities--; ask(x, SH + ANY) }
  :: atomic { FREE(x) && rarities > 0 -> rarities--; ask(x, DF + ANY) }
#endif
#ifdef WITH_PRIORITY
  :: x > 0 && FREE(x) -> ask(x, EX + PRIORITY)
#endif
#ifdef GATED
  :: atomic { FREE(x) && noexps > 0 -> noexps--; ask(x, EX + NOEXP) }
  :: atomic { FREE(x) && noexps > 0 -> noexps--; ask(x, SH + NOEXP) }
#endif
#ifndef CANCELLERS
#define CANCELLERS N
#endif
  :: atomic { x < CANCELLERS && asked[x] != 0 && !IS_TRY(asked[x]) && !cancelled[x] -> cancelled[x] = true; up[x] ! CANCEL, 0 }
  /* Without being asked, because it likes to. */
  :: atomic { asked[x] == 0 && mine[x] != UN && wish[x] == NONE -> mine[x] = UN; up[x] ! LOWER, UN }
  :: atomic { asked[x] == 0 && mine[x] == EX -> mine[x] = SH; up[x] ! LOWER, SH }
#ifdef WITH_DF
  :: atomic { asked[x] == 0 && mine[x] == EX -> mine[x] = DF; up[x] ! LOWER, DF }
#endif
  /* Because it was asked. */
#ifdef BUG_LOWERS_WHILE_CONVERTING
  :: atomic { wish[x] != NONE && mine[x] != UN ->
#else
  :: atomic { asked[x] == 0 && wish[x] != NONE ->
#endif
      mine[x] = (mine[x] == EX && wish[x] != EX -> wish[x] : UN);
      wish[x] = NONE;
      up[x] ! LOWER, mine[x]
    }
  od
}

#ifdef GATED
/* The gate opens when no request with NOEXP is under way: recovery itself may need that glock. */
#define RECOVERY_WAITS(x) (asked[x] != 0 && HAS(asked[x], NOEXP))
proctype Gate() {
end:
  do
  :: d_step { !closed && closings > 0 -> closings--; closed = true; serve(); checkTable() }
  :: d_step {
#if N == 3
      closed && !RECOVERY_WAITS(0) && !RECOVERY_WAITS(1) && !RECOVERY_WAITS(2) ->
#else
      closed && !RECOVERY_WAITS(0) && !RECOVERY_WAITS(1) ->
#endif
      closed = false; serve(); checkTable()
    }
  od
}
#endif

init {
  atomic {
    for (i : 0 .. N - 1) {
      demoteWanted[i] = NONE;
      wish[i] = NONE;
      saidKind[i] = SILENCE;
      saidDemote[i] = NONE
    }
    i = 0;
    run Manager(0); run Node(0);
    run Manager(1); run Node(1);
#if N == 3
    run Manager(2); run Node(2);
#endif
#ifdef GATED
    run Gate()
#endif
  }
}

#ifdef PROGRESS
/* Rule 12: under weak fairness node 0 does not wait for ever. Nodes differ in nothing, so this speaks for all. */
ltl served { []<> (asked[0] == 0) }
#endif
