package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.NodeMessage.Acquire;
import glockenspiel.protocol.lock.NodeMessage.Cancel;
import glockenspiel.protocol.lock.NodeMessage.Leave;
import glockenspiel.protocol.lock.NodeMessage.Lower;
import glockenspiel.protocol.lock.NodeMessage.Reassert;
import glockenspiel.protocol.lock.NodeMessage.ReassertDone;
import glockenspiel.protocol.lock.NodeMessage.Renew;
import glockenspiel.protocol.lock.NodeMessage.ReportClean;
import glockenspiel.protocol.lock.NodeMessage.ReportFirstMountDone;
import glockenspiel.protocol.lock.Welcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The glocks and the members of one volume, or the locks and the members of one namespace of
 * applications. The two differ in little: a namespace has no slots, no journals, and no gate.
 * Handles what comes from its members, one message at a time.
 */
final class Lockspace {
  private final String name;
  private final boolean namespace;
  private final LockManagerConfig config;
  private final SessionDirectory directory;
  private final Outbox outbox;
  private final SessionRoster roster = new SessionRoster();
  private final LockTable table = new LockTable();
  private final LookAhead lookAhead = new LookAhead();
  private final RecoveryGate gate;
  private final LockWatches watches;
  private final Granting granting;
  private final Recovery recovery;
  private final Reassertion reassertion;

  /** What the last look has found, and whether it was told. */
  private Map<WaitCycle, Boolean> waitCycles = Map.of();

  Lockspace(
      String name,
      boolean namespace,
      LockManagerConfig config,
      SessionDirectory directory,
      GrantNumbers grantNumbers,
      Outbox outbox,
      boolean inGrace) {
    this.name = name;
    this.namespace = namespace;
    this.config = config;
    this.directory = directory;
    this.outbox = outbox;
    this.gate = new RecoveryGate(outbox.nowNanos(), !namespace, inGrace);
    this.watches = new LockWatches(name, outbox);
    Demoting demoting = new Demoting(table, gate, outbox, watches);
    this.granting =
        new Granting(
            table, gate, demoting, outbox, grantNumbers, new Admission(config.limits()), watches);
    this.recovery = new Recovery(this, roster, directory, table, gate, granting, demoting, outbox);
    this.reassertion =
        new Reassertion(this, roster, directory, table, gate, recovery, grantNumbers, outbox);
  }

  String name() {
    return name;
  }

  /** Whether its members are applications, and its locks theirs. */
  boolean isNamespace() {
    return namespace;
  }

  SessionRoster roster() {
    return roster;
  }

  LockTable table() {
    return table;
  }

  LockWatches watches() {
    return watches;
  }

  RecoveryGate gate() {
    return gate;
  }

  Granting granting() {
    return granting;
  }

  SessionDirectory directory() {
    return directory;
  }

  Recovery recovery() {
    return recovery;
  }

  Reassertion reassertion() {
    return reassertion;
  }

  int unacknowledgedMax() {
    return config.limits().unacknowledgedMax();
  }

  /** Looks for rings of waiting members, and tells of each that was there before, once. */
  void tellWaitCycles() {
    Map<WaitCycle, Boolean> found = new LinkedHashMap<>();
    for (WaitCycle cycle : new WaitForGraph(this).cycles()) {
      Boolean told = waitCycles.get(cycle);
      if (Boolean.FALSE.equals(told)) {
        outbox.tell(this, new Notice.WaitCycleLasts(cycle));
      }
      found.put(cycle, told != null);
    }
    waitCycles = found;
  }

  /** A node joins, unless another one with its name is present. */
  void join(long streamId, Hello hello) {
    Session namesake = roster.findByName(hello.nodeName());
    if (namesake != null) {
      // Its stream may be dead, but the node may still be using its locks until its lease ends.
      outbox.close(
          streamId,
          CloseCause.NODE_NAME_TAKEN,
          "node name "
              + hello.nodeName()
              + " is taken by session "
              + namesake.id
              + " for another "
              + Math.max(0, namesake.leaseEndsNanos - outbox.nowNanos()) / 1_000_000
              + " ms, or until it leaves");
      return;
    }
    if (roster.members().size() >= config.limits().sessionsMax()) {
      outbox.close(
          streamId,
          CloseCause.LIMIT_REACHED,
          name + " has " + config.limits().sessionsMax() + " members, the limit of a lockspace");
      return;
    }
    int slot =
        hello.isWithoutSlot()
            ? Hello.NO_SLOT
            : roster.lowestFreeSlot(jid -> recovery.isReserved(jid, hello.nodeName()));
    Session session =
        new Session(this, directory.nextId(), hello, slot, config.limits().unacknowledgedMax());
    admit(session, streamId);
    boolean firstMounter = recovery.joined(session);
    outbox.tell(this, new Notice.SessionJoined(session.id, session.nodeName, slot, firstMounter));
    outbox.emit(new Effect.SetTimer(session.leaseEndsNanos, session.id));
    welcome(session, streamId);
  }

  /** A session begins. */
  void admit(Session session, long streamId) {
    roster.add(session);
    directory.add(session);
    directory.attach(session, streamId);
    renewLease(session);
  }

  /**
   * A session goes on, on a new stream, exactly where it stopped.
   *
   * <p>Is there a problem if a hello that claims less than was acknowledged before ends the
   * session? Yes: a node that heard nothing on one stream opens another. When the first one's hello
   * was only late, it comes after what the node has acknowledged on the second, and a node that has
   * done nothing wrong would lose its session.
   */
  void resume(Session session, long streamId, Hello hello) {
    if (!session.nodeName.equals(hello.nodeName())
        || session.isSpectator() != hello.isWithoutSlot()
        || namespace != hello.application()) {
      outbox.close(
          streamId,
          CloseCause.NOT_A_MEMBER,
          "session " + session.id + " is not " + hello.nodeName() + "'s");
      return;
    }
    if (hello.received() < session.log.acknowledged()) {
      outbox.close(
          streamId,
          CloseCause.SUPERSEDED,
          "session "
              + session.id
              + " has acknowledged message "
              + session.log.acknowledged()
              + " since this hello with "
              + hello.received()
              + " was sent");
      return;
    }
    Long oldStream = directory.detach(session);
    if (oldStream != null) {
      outbox.close(
          oldStream, CloseCause.SUPERSEDED, "session " + session.id + " has a newer stream");
    }
    directory.attach(session, streamId);
    try {
      session.log.resume(hello.received());
    } catch (IllegalArgumentException mismatch) {
      recovery.lose(session, CloseCause.BAD_SEQUENCE, "hello " + mismatch.getMessage());
      return;
    }
    renewLease(session);
    outbox.tell(this, new Notice.SessionResumed(session.id, session.nodeName));
    welcome(session, streamId);
    outbox.touch(session);
  }

  /** The first answer on that stream. */
  void welcome(Session session, long streamId) {
    outbox.emit(
        new Effect.Welcome(
            streamId,
            new Welcome(
                session.id,
                config.incarnation(),
                session.slot,
                config.leaseMillis(),
                session.log.received(),
                session == recovery.firstMounter(),
                gate.status())));
  }

  void renewLease(Session session) {
    session.leaseEndsNanos = outbox.nowNanos() + config.leaseNanos();
  }

  /** Handles a batch. Whatever is wrong in it ends the session, never the step. */
  void receive(Session session, Batch<NodeMessage> batch) {
    renewLease(session);
    List<NodeMessage> messages;
    try {
      messages = session.log.receive(batch);
    } catch (IllegalArgumentException mismatch) {
      recovery.lose(
          session,
          CloseCause.BAD_SEQUENCE,
          Objects.requireNonNullElse(mismatch.getMessage(), "numbers do not fit"));
      return;
    }
    outbox.reply(session);
    lookAhead.read(table, messages);
    try {
      for (NodeMessage message : messages) {
        if (!session.isPresent()) {
          return;
        }
        handle(session, message);
      }
    } catch (ContractBreach breach) {
      recovery.lose(
          session,
          CloseCause.INVALID_ARGUMENT,
          Objects.requireNonNullElse(breach.getMessage(), "contract broken"));
    }
  }

  private void handle(Session session, NodeMessage message) {
    boolean early =
        session.state.is(SessionState.REASSERTING)
            && !(message instanceof Reassert
                || message instanceof ReassertDone
                || message instanceof Renew);
    if (early) {
      throw new ContractBreach("reassert_done must come before anything else");
    }
    switch (message) {
      case Acquire acquire -> {
        if (Recovery.isWithdrawAnnouncement(session, acquire)) {
          recovery.announceWithdraw(session, acquire.trace());
        }
        granting.acquire(session, acquire);
      }
      case Lower lower -> granting.lower(session, lower);
      case Cancel cancel -> granting.cancel(session, cancel);
      case ReportClean report -> recovery.reportClean(session, report);
      case ReportFirstMountDone report -> recovery.reportFirstMountDone(session, report);
      case Reassert reassert -> reassertion.reassert(session, reassert);
      case ReassertDone done -> reassertion.done(session, done);
      case Renew renew -> {
        // Its acknowledgement is all it wants.
      }
      case Leave leave -> recovery.leave(session);
    }
  }

  /** The stream is gone; the session has until its lease ends. */
  void disconnected(Session session) {
    directory.detach(session);
    outbox.tell(this, new Notice.SessionDisconnected(session.id, session.nodeName));
  }

  /** Gives the session up if its lease has ended; else comes back when it may have. */
  void checkLease(Session session) {
    if (outbox.nowNanos() - session.leaseEndsNanos >= 0) {
      recovery.lose(
          session, CloseCause.LEASE_ENDED, "no batch came for " + config.leaseMillis() + " ms");
    } else {
      outbox.emit(new Effect.SetTimer(session.leaseEndsNanos, session.id));
    }
  }
}
