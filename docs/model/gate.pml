/*
 * The gate of a lockspace: nodes that mount, use one I/O glock, withdraw, crash, are cut off or evicted, replay each
 * other's journals, and come back.
 *
 * Question: is an I/O glock granted only when no journal may still overwrite what it protects (rules 1, 2, 4), does no
 * withdraw end before its journal is clean (rule 8), and does the gate open again (rule 12)?
 *
 * The lock-manager is Recovery, RecoveryGate and SessionRoster of lockmanager.core, with one I/O glock that is held EX
 * or not; a node does what docs/protocols/withdraw.md says. A call of a node to the lock-manager or the journal-service
 * is one step, for a message under way is like a node that is slow; what a node knows of the gate, of its own
 * grants and of its own end may be old.
 *
 *   N          nodes, and journals
 *   FAULTS     how many crashes, cuts, evictions and withdraws there are in all
 *   JOINS      how often a node mounts
 *   LATE_REPORTS  node 1 says once more, at any time later, that a journal is clean; only node 0 mounts more than once
 *   BUG_*      a planted bug
 */
#ifndef N
#define N 2
#endif
#ifndef FAULTS
#define FAULTS 2
#endif
#ifndef JOINS
#define JOINS 2
#endif
#define NOBODY 7
#define JOURNALS N
#define SLOTS (N + 1) /* the last has no journal: who is given it may help, not mount */

/* A session at the lock-manager. */
#define OUT 0
#define MEMBER 1
#define WITHDRAWING 2

/* JournalUse. */
#define NONE 0
#define OWNED 1
#define PENDING 2
#define REPLAYED 3

/* A node. */
#define OFF 0            /* no process, or one that is not mounted */
#define JOINED 1         /* a member */
#define WATCHING 2       /* holds its live glock, takes part in recovery, waits for the open gate */
#define OWNING 3         /* holds its journal glock */
#define MOUNTED 4        /* its journal is open */
#define STOPPING 5       /* withdraw, steps 2 and 3 */
#define ANNOUNCED 6      /* step 4 was refused: waits */
#define ALONE 7          /* step 4 was granted: replays its own journal */
#define WITHOUT_SESSION 8 /* withdraws, and its session is over */
#define HELPING 9        /* the same, as a fresh member */
#define DEAD 10          /* crashed; the lock-manager does not know it yet, perhaps */

/* The lock-manager. */
byte session[N];
byte use[N];
byte slot[N] = NOBODY; /* of a session */
bool live[N];
byte liveEx = NOBODY;
byte journalGlock[SLOTS] = NOBODY;
byte io = NOBODY;      /* the holder of the I/O glock */
bool orphan;           /* its session is over */
byte orphanOf = NOBODY; /* the journal that the orphan waits for */
bool lingers;          /* the orphan waits for the end of the node's lease */
bool wants[N];         /* a waiting request for the I/O glock */
byte generation = 1;
bool pending[SLOTS];
bool firstMount = true;
byte firstMounter = NOBODY;

/* The journal-service. */
byte opened[SLOTS] = NOBODY; /* whose epoch is open */
bool dirty[SLOTS];
bool image[SLOTS];     /* the journal has an image of the block that no revoke takes away */
bool replaying[SLOTS];

/* The nodes. */
byte state[N];
byte joins[N] = 1;
byte knows[N];         /* the newest generation that it was told of */
bool knowsOpen[N];
bool uses[N];          /* believes that it has the I/O glock */
byte own[N] = NOBODY;  /* its journal */
byte at[N] = NOBODY;   /* the journal that it replays for others */
byte asked[N];         /* whether J was asked for that, and has answered */
byte since[N];         /* the generation that it knew before */
byte seen[N];          /* a first mounter's clean journals, as bits */
byte faults = FAULTS;

#ifdef LATE_REPORTS
byte late = NOBODY;
byte lateSince;
#define REMEMBER(x) late = (x == 1 -> at[x] : late); lateSince = (x == 1 -> since[x] : lateSince)
#else
#define REMEMBER(x) skip
#endif

hidden byte i, j, k, place;
hidden byte yes;

#define CLOSED (firstMount || pending[0] || pending[1] || pending[JOURNALS - 1])
#define PRESENT(x) (session[x] != OUT)
#define STOPPED(x) (state[x] == OFF || state[x] == DEAD || state[x] == WITHOUT_SESSION)
#define HAS_EPOCH(x) (own[x] < JOURNALS && opened[own[x]] == x)

/* ---- the lock-manager ---- */

/* Rule 2, not by asking the gate: every journal that is not clean belongs to a member that has not withdrawn. */
inline checkJournals() {
  for (i : 0 .. JOURNALS - 1) {
    yes = !dirty[i];
    for (k : 0 .. N - 1) {
      yes = yes || (session[k] == MEMBER && slot[k] == i && use[k] == OWNED)
    }
    assert(yes)
  }
  i = 0;
  k = 0
}

#ifdef BUG_GATE_LETS_THROUGH
#define GRANTABLE (io == NOBODY)
#else
#define GRANTABLE (io == NOBODY && !CLOSED)
#endif

inline serve() {
  j = 0;
  do
  :: j == N -> break
  :: else ->
    if
    :: wants[j] && GRANTABLE ->
      checkJournals();
      wants[j] = false;
      io = j
    :: else
    fi;
    j++
  od;
  j = 0
}

/* Recovery.closeForJournal; yes := whether that is news. */
inline closeForJournal(x) {
  yes = false;
  if
  :: use[x] == OWNED -> use[x] = PENDING; pending[slot[x]] = true; yes = true
  :: else
  fi
}

/* Recovery.closeGate, after x has withdrawn or gone; yes says whether a journal is newly pending. */
inline closeGate(x) {
  if
  :: firstMounter == x -> firstMounter = NOBODY; yes = true
  :: else
  fi;
  j = 0;
  for (i : 0 .. N - 1) {
    j = (PRESENT(i) -> 1 : j)
  }
  if
  :: !firstMount && j == 0 -> firstMount = true; yes = true
  :: else
  fi;
#ifndef BUG_ONE_GENERATION
  generation = (yes -> generation + 1 : generation);
#endif
  for (i : 0 .. N - 1) {
    if
    :: firstMount && firstMounter == NOBODY && session[i] == MEMBER -> firstMounter = i
    :: else
    fi
  }
  i = 0;
  j = 0;
  yes = false;
  serve()
}

inline dropOrphan() {
  if
#ifdef BUG_EVICTED_LOCKS_ARE_FREE
  :: orphan && orphanOf == NOBODY ->
#else
  :: orphan && orphanOf == NOBODY && !lingers ->
#endif
    for (k : 0 .. JOURNALS - 1) {
      assert(!image[k]) /* rule 4: what a journal may still overwrite is kept */
    }
    k = 0;
    io = NOBODY;
    orphan = false;
    lingers = false
  :: else
  fi
}

/* Recovery.lose */
inline lose(x) {
  session[x] = OUT;
  wants[x] = false;
  closeForJournal(x);
  live[x] = false;
  liveEx = (liveEx == x -> NOBODY : liveEx);
  for (i : 0 .. JOURNALS - 1) {
    journalGlock[i] = (journalGlock[i] == x -> NOBODY : journalGlock[i])
  }
  if
  :: io == x && !orphan ->
    orphan = true;
    lingers = !STOPPED(x);
#ifndef BUG_ORPHANS_ARE_FREE
    orphanOf = (use[x] == PENDING -> slot[x] : NOBODY);
#endif
    dropOrphan()
  :: else
  fi;
  closeGate(x);
  slot[x] = NOBODY;
  use[x] = NONE
}

/* Recovery.leave */
inline leave(x) {
  if
  :: use[x] == OWNED && (io == x && !orphan) -> lose(x)
  :: else ->
    session[x] = OUT;
    wants[x] = false;
    live[x] = false;
    liveEx = (liveEx == x -> NOBODY : liveEx);
    for (i : 0 .. JOURNALS - 1) {
      journalGlock[i] = (journalGlock[i] == x -> NOBODY : journalGlock[i])
    }
    if
    :: io == x && !orphan && use[x] == PENDING -> orphan = true; orphanOf = slot[x]
    :: io == x && !orphan && use[x] != PENDING -> io = NOBODY
    :: else
    fi;
    yes = false;
    closeGate(x);
    slot[x] = NOBODY;
    use[x] = NONE
  fi
}

inline makeClean(jid) {
  pending[jid] = false;
  for (i : 0 .. N - 1) {
    use[i] = (PRESENT(i) && slot[i] == jid && use[i] == PENDING -> REPLAYED : use[i])
  }
  orphanOf = (orphanOf == jid -> NOBODY : orphanOf);
  dropOrphan()
}

inline reportClean(x, gen, jid) {
  if
#ifdef BUG_OLD_REPORT_COUNTS
  :: PRESENT(x) && pending[jid] ->
#else
  :: PRESENT(x) && gen == generation && pending[jid] ->
#endif
    makeClean(jid);
    i = 0;
    serve()
  :: else
  fi
}

inline reportFirstMountDone(x, gen) {
  if
#ifdef BUG_OLD_REPORT_COUNTS
  :: PRESENT(x) && firstMounter == x ->
#else
  :: PRESENT(x) && gen == generation && firstMounter == x ->
#endif
    for (j : 0 .. JOURNALS - 1) {
      if
      :: pending[j] -> makeClean(j)
      :: else
      fi
    }
    i = 0;
    firstMount = false;
    firstMounter = NOBODY;
    serve()
  :: else
  fi
}

/* Lockspace.join. place := the lowest slot that is free. */
inline findSlot() {
  place = NOBODY;
  for (i : 0 .. SLOTS - 1) {
    yes = pending[i] && !firstMount;
    for (k : 0 .. N - 1) {
      yes = yes || slot[k] == i
    }
    place = (!yes && place == NOBODY -> i : place)
  }
  i = 0;
  k = 0;
  yes = false
}

inline join(x) {
  findSlot();
  session[x] = MEMBER;
  use[x] = NONE;
  slot[x] = place;
  firstMounter = (firstMount && firstMounter == NOBODY -> x : firstMounter);
  knows[x] = generation;
  knowsOpen[x] = !CLOSED;
  place = 0
}

#if N == 2
#define LIVE_IS_FREE(x) (!live[1 - x] && liveEx == NOBODY)
#else
#define LIVE_IS_FREE(x) (!live[(x + 1) % 3] && !live[(x + 2) % 3] && liveEx == NOBODY)
#endif

/* Recovery.announceWithdraw, then the try for live EX. */
inline announce(x) {
  journalGlock[slot[x]] = (journalGlock[slot[x]] == x -> NOBODY : journalGlock[slot[x]]);
  live[x] = false;
  if
  :: session[x] == MEMBER ->
    session[x] = WITHDRAWING;
    wants[x] = false;
    closeForJournal(x);
    closeGate(x)
  :: else
  fi;
  if
  :: LIVE_IS_FREE(x) -> liveEx = x; state[x] = ALONE
  :: else -> state[x] = ANNOUNCED
  fi
}

/* The lock-manager's timers, and what it tells of the gate. */
proctype Manager(byte x) {
end:
  do
  /* A node that has stopped is given up when its lease has ended; it had stopped before. */
  :: d_step { PRESENT(x) && STOPPED(x) -> lose(x) }
  :: d_step { orphan && lingers && io == x && STOPPED(x) -> lingers = false; dropOrphan(); serve() }
  :: d_step { PRESENT(x) && !STOPPED(x) && knows[x] != generation -> knows[x] = generation; knowsOpen[x] = !CLOSED }
  :: d_step { PRESENT(x) && !STOPPED(x) && knowsOpen[x] == CLOSED -> knows[x] = generation; knowsOpen[x] = !CLOSED }
  od
}

/* ---- the journal-service ---- */

#define NOT_YET 0
#define ASKED 1
#define ANSWERED 2

#define CLEAN(jid) (!dirty[jid] && !replaying[jid] && opened[jid] == NOBODY)

/* Fences before it reads a byte, and goes on whatever becomes of the node that asked. */
inline replay(jid) {
  opened[jid] = NOBODY;
  replaying[jid] = true
}

proctype JournalService(byte jid) {
end:
  do
  :: d_step { replaying[jid] ->
      replaying[jid] = false;
      dirty[jid] = false;
      image[jid] = false;
      for (i : 0 .. N - 1) {
        asked[i] = (at[i] == jid && asked[i] == ASKED -> ANSWERED : asked[i])
      }
      i = 0
    }
  od
}

/* ---- the nodes ---- */

inline forgetRecovery(x) {
  at[x] = NOBODY;
  asked[x] = NOT_YET;
  since[x] = 0;
  seen[x] = 0
}

/* A process that is gone, or goes on with nothing but its own journal in mind. */
inline forget(x) {
  forgetRecovery(x);
  uses[x] = false;
  knows[x] = 0;
  knowsOpen[x] = false
}

inline off(x) {
  forget(x);
  own[x] = NOBODY;
  state[x] = OFF
}

proctype Work(byte x) {
end:
  do
  /* Mount. */
  :: d_step { state[x] == OFF && joins[x] > 0 && !PRESENT(x) -> join(x); joins[x]--; state[x] = JOINED }
  :: d_step { state[x] == JOINED && PRESENT(x) && slot[x] >= JOURNALS -> leave(x); off(x) }
  :: d_step { state[x] == JOINED && PRESENT(x) && slot[x] < JOURNALS && liveEx == NOBODY -> live[x] = true; state[x] = WATCHING }
  :: d_step { state[x] == WATCHING && PRESENT(x) && knowsOpen[x] && journalGlock[slot[x]] == NOBODY ->
      journalGlock[slot[x]] = x;
      use[x] = (session[x] == MEMBER && use[x] == NONE -> OWNED : use[x]);
      own[x] = slot[x];
      state[x] = OWNING
    }
  :: d_step { state[x] == OWNING && (dirty[own[x]] || replaying[own[x]]) -> replay(own[x]) }
  :: d_step { state[x] == OWNING && !dirty[own[x]] && !replaying[own[x]] -> opened[own[x]] = x; state[x] = MOUNTED }

  /* Work. A grant is noticed later; what is changed goes into the journal. */
  :: d_step { state[x] == MOUNTED && PRESENT(x) && !wants[x] && (io != x || orphan) -> wants[x] = true; serve() }
  :: d_step { state[x] == MOUNTED && PRESENT(x) && io == x && !orphan && !uses[x] ->
      uses[x] = true;
      for (i : 0 .. N - 1) {
        assert(i == x || !uses[i]) /* rule 1 */
      }
      i = 0
    }
  :: d_step { state[x] == MOUNTED && uses[x] && HAS_EPOCH(x) && !image[own[x]] ->
      dirty[own[x]] = true;
      image[own[x]] = true;
      for (i : 0 .. JOURNALS - 1) {
        assert(i == own[x] || !image[i]) /* rule 4: a replay would put an older image over this one */
      }
      i = 0
    }
  /* A demote: the image is revoked before the glock is lowered (rule 6). */
  :: d_step { state[x] == MOUNTED && PRESENT(x) && uses[x] && HAS_EPOCH(x) ->
#ifndef BUG_LOWERS_WITHOUT_REVOKE
      image[own[x]] = false;
#endif
      uses[x] = false;
      io = NOBODY;
      serve()
    }
  /* An unmount in order. */
  :: d_step { state[x] == MOUNTED && PRESENT(x) && !uses[x] && io != x && !wants[x] && HAS_EPOCH(x) && at[x] == NOBODY ->
      dirty[own[x]] = false;
      image[own[x]] = false;
      opened[own[x]] = NOBODY;
      leave(x);
      off(x)
    }
  od
}

#define IN_RECOVERY(x) (state[x] == WATCHING || state[x] == OWNING || state[x] == MOUNTED || state[x] == HELPING)
#define LOOKS(x, jid) \
  :: d_step { IN_RECOVERY(x) && PRESENT(x) && at[x] == NOBODY && !firstMount && pending[jid] && (own[x] != jid || state[x] == HELPING) && journalGlock[jid] == NOBODY -> \
      journalGlock[jid] = x; at[x] = jid; since[x] = knows[x] }
#define MAY_SEE(x) (firstMount && firstMounter == x && PRESENT(x) && (state[x] == WATCHING || state[x] == HELPING))
#define SEES(x, jid) \
  :: d_step { MAY_SEE(x) && at[x] == NOBODY && (seen[x] & (1 << jid)) == 0 && journalGlock[jid] == NOBODY -> \
      since[x] = (seen[x] == 0 -> knows[x] : since[x]); journalGlock[jid] = x; at[x] = jid }
#define ALL_SEEN ((1 << JOURNALS) - 1)

/* Looks at journals of others; a first mounter at all. A node that was evicted may go on, for it does not know. */
proctype Recovery(byte x) {
end:
  do
  LOOKS(x, 0)
  LOOKS(x, 1)
  SEES(x, 0)
  SEES(x, 1)
  /* FreshMember.lookAtOwn: the gate is open, and its own journal is open under an epoch that nobody knows of. */
  :: d_step { state[x] == HELPING && PRESENT(x) && knowsOpen[x] && at[x] == NOBODY && !CLEAN(own[x]) && journalGlock[own[x]] == NOBODY ->
      journalGlock[own[x]] = x;
      at[x] = own[x];
      since[x] = knows[x]
    }
#if N == 3
  LOOKS(x, 2)
  SEES(x, 2)
#endif
  :: d_step { at[x] < JOURNALS && asked[x] == NOT_YET && IN_RECOVERY(x) -> asked[x] = ASKED; replay(at[x]) }
#ifdef BUG_REPORTS_BEFORE_REPLAY
  :: d_step { asked[x] != NOT_YET && IN_RECOVERY(x) && PRESENT(x) ->
#else
  :: d_step { asked[x] == ANSWERED && IN_RECOVERY(x) && PRESENT(x) ->
#endif
      if
      :: MAY_SEE(x) -> seen[x] = seen[x] | (1 << at[x])
      :: else -> REMEMBER(x); reportClean(x, since[x], at[x]); since[x] = 0
      fi;
      journalGlock[at[x]] = NOBODY;
      at[x] = NOBODY;
      asked[x] = NOT_YET
    }
#ifdef LATE_REPORTS
  :: d_step { x == 1 && late < JOURNALS && PRESENT(x) ->
#ifdef BUG_REPORTS_NEW_GENERATION
      lateSince = knows[x];
#endif
      reportClean(x, lateSince, late);
      late = NOBODY;
      lateSince = 0
    }
#endif
  :: d_step { MAY_SEE(x) && seen[x] == ALL_SEEN ->
      if
      :: since[x] == knows[x] -> reportFirstMountDone(x, since[x])
      :: else
      fi;
      seen[x] = 0;
      since[x] = 0
    }
  :: d_step { seen[x] != 0 && !MAY_SEE(x) && at[x] == NOBODY -> seen[x] = 0; since[x] = 0 }
  od
}

inline stopRecovery(x) {
  if
  :: at[x] < JOURNALS && journalGlock[at[x]] == x -> journalGlock[at[x]] = NOBODY
  :: else
  fi;
  forgetRecovery(x)
}

#define HAS_JOURNAL(x) (state[x] == MOUNTED || state[x] == STOPPING || state[x] == ANNOUNCED || state[x] == ALONE)

/* Whoever opens a journal has found it clean. */
#define OPENED_ANEW(x) (opened[own[x]] != NOBODY && opened[own[x]] != x)
#define SEEN_CLEAN(x) (CLEAN(own[x]) || OPENED_ANEW(x))

/* docs/protocols/withdraw.md */
proctype Withdraw(byte x) {
end:
  do
  /* Without an open journal it is a way out in order. */
  :: d_step { faults > 0 && PRESENT(x) && (state[x] == WATCHING || state[x] == OWNING) ->
      faults--;
      stopRecovery(x);
      leave(x);
      off(x)
    }
  /* Steps 1 and 2. */
  :: d_step { faults > 0 && PRESENT(x) && state[x] == MOUNTED -> faults--; stopRecovery(x); state[x] = STOPPING }
  :: d_step { PRESENT(x) && state[x] == MOUNTED && !HAS_EPOCH(x) -> stopRecovery(x); state[x] = STOPPING }
  /* Step 3, if J can be reached. */
  :: d_step { state[x] == STOPPING && HAS_EPOCH(x) -> opened[own[x]] = NOBODY }
#ifdef BUG_LETS_GO_AT_ONCE
  :: d_step { state[x] == STOPPING && uses[x] && PRESENT(x) -> uses[x] = false; io = NOBODY; serve() }
#endif
  /* Step 4; again when nobody is left who could refuse it. */
  :: d_step { state[x] == STOPPING && PRESENT(x) -> announce(x) }
#ifndef BUG_ANNOUNCES_ONCE
  :: d_step { state[x] == ANNOUNCED && PRESENT(x) && LIVE_IS_FREE(x) -> announce(x) }
#endif
  /* Step 9. A peer that has begun to look may have the journal glock. */
  :: d_step { state[x] == ALONE && PRESENT(x) && pending[own[x]] && journalGlock[own[x]] == NOBODY ->
      journalGlock[own[x]] = x;
      at[x] = own[x];
      asked[x] = ASKED;
      replay(own[x])
    }
  :: d_step { state[x] == ALONE && PRESENT(x) && pending[own[x]] && asked[x] == ANSWERED -> reportClean(x, knows[x], own[x]) }
  /* Step 8. */
#ifdef BUG_LEAVES_BEFORE_CLEAN
  :: d_step { state[x] == ANNOUNCED && PRESENT(x) ->
#else
  :: d_step { (state[x] == STOPPING || state[x] == ANNOUNCED || (state[x] == ALONE && !pending[own[x]])) && PRESENT(x) && SEEN_CLEAN(x) ->
#endif
      assert(OPENED_ANEW(x) || (!dirty[own[x]] && !image[own[x]])); /* rule 8 */
      if
      :: io == x && !orphan -> io = NOBODY
      :: else
      fi;
      leave(x);
      off(x)
    }
  /* Without a session: waits for others, and helps as a fresh member. */
#ifndef BUG_WAITS_FOR_OTHERS
  :: d_step { state[x] == WITHOUT_SESSION && !PRESENT(x) && !SEEN_CLEAN(x) -> join(x); state[x] = HELPING }
#endif
  :: d_step { (state[x] == WITHOUT_SESSION || state[x] == HELPING) && SEEN_CLEAN(x) ->
      if
      :: state[x] == HELPING && PRESENT(x) -> stopRecovery(x); leave(x)
      :: else
      fi;
      off(x)
    }
  /* Crash; the process comes back when the lock-manager has given the session up. */
  :: d_step { faults > 0 && PRESENT(x) && !STOPPED(x) -> faults--; off(x); state[x] = DEAD }
  :: d_step { state[x] == DEAD && !PRESENT(x) -> state[x] = OFF }
  /* Cut off: by the node's own reckoning the lease ends first. */
  :: d_step { faults > 0 && PRESENT(x) && HAS_JOURNAL(x) -> faults--; forget(x); state[x] = WITHOUT_SESSION }
  /* Evicted: the lock-manager is first, and the node hears of it later, or when its lease is over. */
  :: d_step { faults > 0 && PRESENT(x) && !STOPPED(x) -> faults--; lose(x) }
  :: d_step { !PRESENT(x) && HAS_JOURNAL(x) -> forget(x); state[x] = WITHOUT_SESSION }
  :: d_step { !PRESENT(x) && (state[x] == JOINED || state[x] == WATCHING || state[x] == OWNING) -> off(x) }
  :: d_step { !PRESENT(x) && state[x] == HELPING -> forget(x); state[x] = WITHOUT_SESSION }
  od
}

init {
  atomic {
    joins[0] = JOINS;
#ifndef LATE_REPORTS
    joins[1] = JOINS;
    joins[N - 1] = JOINS;
#endif
    run Work(0); run Recovery(0); run Withdraw(0); run Manager(0); run JournalService(0);
    run Work(1); run Recovery(1); run Withdraw(1); run Manager(1); run JournalService(1)
#if N == 3
    ; run Work(2); run Recovery(2); run Withdraw(2); run Manager(2); run JournalService(2)
#endif
  }
}

#ifdef PROGRESS
/* Rule 12: the gate does not stay closed while anybody is there. */
ltl opens { []<> (!CLOSED || (state[0] == OFF && state[1] == OFF)) }
/* No withdraw lasts for ever. */
ltl withdrawn { []<> (state[0] <= MOUNTED || state[0] == DEAD) }
#endif
