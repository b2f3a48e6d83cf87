package glockenspiel.node.core;

import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerPort;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.MessageLog;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A lock-manager with just enough in it to be a partner: sessions that resume, slots, grants,
 * demote requests, the gate, orphans. It checks rules 2 and 8 as messages come. The real one has
 * its own tests; the two meet in the simulation.
 */
final class SmallLockManager {
  static final long WIRE_NANOS = 50_000;

  /** One node's session, and the stream that it has at the moment. */
  static final class Session {
    final long id;
    final String nodeName;
    final int slot;
    final MessageLog<LockManagerMessage, NodeMessage> log = new MessageLog<>(1 << 20);
    final Map<GlockName, Hold> holds = new TreeMap<>();
    @Nullable Link link;
    long heardNanos;
    boolean ownsJournal;
    boolean withdrawing;

    Session(long id, String nodeName, int slot) {
      this.id = id;
      this.nodeName = nodeName;
      this.slot = slot;
    }
  }

  static final class Hold {
    LockMode mode;
    long grantNumber;
    @Nullable LockMode demoted;

    Hold(LockMode mode, long grantNumber) {
      this.mode = mode;
      this.grantNumber = grantNumber;
    }
  }

  long leaseNanos = 1_000_000_000;
  final List<String> violations = new ArrayList<>();
  final Map<Long, Session> sessions = new LinkedHashMap<>();
  final Map<Session, Integer> orphanOwners = new LinkedHashMap<>();
  private final SmallGrants grants = new SmallGrants(this);
  private final DeterministicOwner owner;
  final IntPredicate isJournalClean;
  private final TreeSet<Integer> pending = new TreeSet<>();
  private boolean firstMountPending = true;
  private @Nullable Session firstMounter;
  private long generation = 1;
  private long nextSession = 1;
  private long incarnation = 1;

  SmallLockManager(DeterministicOwner owner, IntPredicate isJournalClean) {
    this.owner = owner;
    this.isJournalClean = isJournalClean;
  }

  GateStatus gate() {
    return new GateStatus(generation, List.copyOf(pending), firstMountPending);
  }

  Session session(String nodeName) {
    return sessions.values().stream()
        .filter(session -> session.nodeName.equals(nodeName))
        .findFirst()
        .orElseThrow();
  }

  /** Forgets everything, as a restarted process does. */
  void restart() {
    for (Session session : List.copyOf(sessions.values())) {
      if (session.link != null) {
        session.link.closeFromHere(true, "restarted");
      }
    }
    sessions.clear();
    orphanOwners.clear();
    grants.clear();
    pending.clear();
    firstMountPending = true;
    firstMounter = null;
    generation = 1;
    incarnation++;
  }

  // The wire.

  /** The port of one node. While {@code cut} is set, nothing gets through and streams look open. */
  static final class Wire {
    boolean cut;
    boolean refused;
  }

  LockManagerPort port(DeterministicOwner node, Wire wire) {
    return (hello, listener) -> {
      Link link = new Link(node, wire, listener);
      if (wire.refused) {
        node.after(WIRE_NANOS, () -> listener.closed(false, "refused"));
      } else if (!wire.cut) {
        owner.after(WIRE_NANOS, () -> link.opened(hello));
      }
      return link;
    };
  }

  final class Link implements LockManagerPort.Stream {
    private final DeterministicOwner node;
    private final Wire wire;
    private final LockManagerPort.Listener listener;
    private boolean closed;
    @Nullable Session session;

    Link(DeterministicOwner node, Wire wire, LockManagerPort.Listener listener) {
      this.node = node;
      this.wire = wire;
      this.listener = listener;
    }

    private void opened(Hello hello) {
      if (!closed) {
        hello(this, hello);
      }
    }

    @Override
    public void send(Batch<NodeMessage> batch) {
      if (!closed && !wire.cut) {
        owner.after(
            WIRE_NANOS,
            () -> {
              Session present = session;
              if (!closed && present != null) {
                receive(present, batch);
              }
            });
      }
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void close() {
      closed = true;
    }

    /** Breaks, as a connection does: both ends notice, what was on its way is lost. */
    void breakNow() {
      closeFromHere(false, "broken");
    }

    void closeFromHere(boolean lost, String reason) {
      if (!closed) {
        closed = true;
        if (session != null) {
          session.link = null;
        }
        if (!wire.cut) {
          node.after(WIRE_NANOS, () -> listener.closed(lost, reason));
        }
      }
    }

    private void toNode(Runnable piece) {
      if (!wire.cut) {
        node.after(
            WIRE_NANOS,
            () -> {
              if (!closed) {
                piece.run();
              }
            });
      }
    }
  }

  private void hello(Link link, Hello hello) {
    Session session = sessions.get(hello.sessionId());
    if (hello.sessionId() != 0) {
      if (session == null || hello.incarnation() != incarnation) {
        link.closeFromHere(true, "no such session");
        return;
      }
      if (session.link != null) {
        session.link.closed = true;
      }
      session.log.resume(hello.received());
    } else {
      if (sessions.values().stream().anyMatch(s -> s.nodeName.equals(hello.nodeName()))) {
        link.closeFromHere(false, "name taken");
        return;
      }
      session = new Session(nextSession++, hello.nodeName(), hello.spectator() ? -1 : freeSlot());
      sessions.put(session.id, session);
      if (firstMountPending && firstMounter == null && session.slot >= 0) {
        firstMounter = session;
      }
      watchLease(session);
    }
    session.link = link;
    link.session = session;
    session.heardNanos = owner.nowNanos();
    Welcome welcome =
        new Welcome(
            session.id,
            incarnation,
            session.slot,
            leaseNanos / 1_000_000,
            session.log.received(),
            session == firstMounter,
            gate());
    link.toNode(() -> link.listener.welcomed(welcome));
    flush(session);
  }

  private int freeSlot() {
    int slot = 0;
    while (isTaken(slot)) {
      slot++;
    }
    return slot;
  }

  private boolean isTaken(int slot) {
    return (pending.contains(slot) && !firstMountPending)
        || sessions.values().stream().anyMatch(session -> session.slot == slot);
  }

  private void watchLease(Session session) {
    owner.after(
        leaseNanos,
        () -> {
          if (sessions.containsKey(session.id)) {
            if (owner.nowNanos() - session.heardNanos >= leaseNanos) {
              lose(session);
            } else {
              watchLease(session);
            }
          }
        });
  }

  private void receive(Session session, Batch<NodeMessage> batch) {
    session.heardNanos = owner.nowNanos();
    for (NodeMessage message : session.log.receive(batch)) {
      if (sessions.containsKey(session.id)) {
        handle(session, message);
      }
    }
    Link link = session.link;
    if (link != null && !session.log.hasUnsent()) {
      Batch<LockManagerMessage> reply = session.log.nextBatch();
      link.toNode(() -> link.listener.received(reply));
    }
    sessions.values().forEach(this::flush);
  }

  private void flush(Session session) {
    Link link = session.link;
    if (link != null && session.log.hasUnsent()) {
      Batch<LockManagerMessage> batch = session.log.nextBatch();
      link.toNode(() -> link.listener.received(batch));
    }
  }

  private void handle(Session session, NodeMessage message) {
    switch (message) {
      case NodeMessage.Acquire acquire -> grants.acquire(session, acquire);
      case NodeMessage.Lower lower -> grants.lower(session, lower);
      case NodeMessage.Cancel cancel -> grants.cancel(session, cancel.requestId());
      case NodeMessage.ReportClean report -> {
        if (report.generation() == generation && pending.contains(report.jid())) {
          clean(report.jid());
          tellGate();
        }
      }
      case NodeMessage.ReportFirstMountDone done -> {
        if (done.generation() == generation && session == firstMounter) {
          List.copyOf(pending).forEach(this::clean);
          firstMountPending = false;
          firstMounter = null;
          tellGate();
        }
      }
      case NodeMessage.Reassert reassert -> throw new AssertionError("never restarted");
      case NodeMessage.ReassertDone done -> throw new AssertionError("never restarted");
      case NodeMessage.Renew renew -> {}
      case NodeMessage.Leave leave -> leave(session);
    }
    grants.serve();
  }

  // Members and gate.

  void closeFor(Session session) {
    if (session.ownsJournal) {
      session.ownsJournal = false;
      pending.add(session.slot);
      generation++;
      tellGate();
    }
  }

  private void tellGate() {
    sessions
        .values()
        .forEach(session -> session.log.add(new LockManagerMessage.GateChanged(gate())));
  }

  private void clean(int jid) {
    pending.remove(jid);
    if (!isJournalClean.test(jid)) {
      violations.add("jid " + jid + " reported clean, and is not");
    }
    orphanOwners.values().removeIf(slot -> slot == jid);
  }

  private void leave(Session session) {
    if (session.ownsJournal && !session.holds.isEmpty()) {
      violations.add(session.nodeName + " leaves with " + session.holds.keySet());
    }
    session.log.add(new LockManagerMessage.Left());
    flush(session);
    remove(session);
    session.holds.clear();
    grants.serve();
  }

  /** As if its lease had ended. */
  void lose(Session session) {
    if (session.link != null) {
      session.link.closeFromHere(true, "lease ended");
    }
    remove(session);
    boolean dirty = session.ownsJournal || pending.contains(session.slot);
    session
        .holds
        .keySet()
        .removeIf(name -> !dirty || name.type() == GlockType.JOURNAL || isLiveOrMounted(name));
    if (dirty) {
      orphanOwners.put(session, session.slot);
    }
    closeFor(session);
    for (Session other : sessions.values()) {
      Hold live = other.holds.get(GlockName.LIVE);
      if (live != null) {
        grants.demote(other, GlockName.LIVE, LockMode.UN, live, "");
      }
    }
    grants.serve();
    sessions.values().forEach(this::flush);
  }

  private static boolean isLiveOrMounted(GlockName name) {
    return name.equals(GlockName.LIVE) || name.equals(GlockName.MOUNTED);
  }

  private void remove(Session session) {
    sessions.remove(session.id);
    grants.forget(session);
    boolean mounters = sessions.values().stream().anyMatch(other -> other.slot >= 0);
    boolean first = session == firstMounter;
    if (first || !mounters) {
      firstMounter = null;
      firstMountPending = true;
      generation++;
      tellGate();
      sessions.values().stream()
          .filter(other -> other.slot >= 0 && !other.withdrawing)
          .findFirst()
          .ifPresent(this::makeFirst);
    }
  }

  private void makeFirst(Session next) {
    firstMounter = next;
    next.log.add(new LockManagerMessage.BecomeFirstMounter(gate()));
  }
}
