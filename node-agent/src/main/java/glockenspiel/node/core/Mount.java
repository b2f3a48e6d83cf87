package glockenspiel.node.core;

import glockenspiel.node.event.NodeEvent.Joined;
import glockenspiel.node.event.NodeEvent.JournalOpened;
import glockenspiel.node.event.NodeEvents;
import glockenspiel.node.event.Tracing;
import glockenspiel.node.filesystem.MountedFileSystem;
import glockenspiel.node.freeze.Freeze;
import glockenspiel.node.glock.GlockContents;
import glockenspiel.node.glock.Glocks.Holder;
import glockenspiel.node.glock.Patience;
import glockenspiel.node.recovery.FirstMount;
import glockenspiel.node.recovery.Gate;
import glockenspiel.node.recovery.JournalProblems;
import glockenspiel.node.recovery.JournalUse;
import glockenspiel.node.recovery.Membership;
import glockenspiel.node.recovery.OwnJournal;
import glockenspiel.node.recovery.PeerRecovery;
import glockenspiel.node.recovery.RecoveryStoppedException;
import glockenspiel.node.withdraw.WithdrawTrigger;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StoragePort;
import glockenspiel.protocol.storage.VolumeInfo;
import glockenspiel.runtime.task.SerialOwner;
import org.jspecify.annotations.Nullable;

/**
 * One mount of a node, from its join to its end: membership, part in recovery, file system. Plain
 * blocking code; the node decides what follows when it throws.
 *
 * <p>Mounting:
 *
 * <ol>
 *   <li>Ask the journal-service for the volume, join the lockspace. Without a journal for the slot,
 *       end here.
 *   <li>Take the mounted and the live glock: from now on the node is told of recoveries and takes
 *       part.
 *   <li>If first mounter, see to every journal; else wait for the open gate.
 *   <li>Take the journal glock; open the journal, replaying it first when it is dirty.
 *   <li>Make the file system, and let it go unless the volume is frozen.
 * </ol>
 *
 * <p>Is there a problem if a node opens its journal before the first mount is done? Yes: the first
 * mounter tries that journal's glock for ever, and the gate never opens.
 */
final class Mount {
  private final SerialOwner owner;
  private final StoragePort storage;
  private final NodeSettings settings;
  private final NodeEvents events;
  private final Membership membership;
  private final WithdrawTrigger trigger;
  private final PeerRecovery recovery;
  private final JournalProblems problems;
  private final Freeze freeze;
  private @Nullable MountedFileSystem fileSystem;
  private @Nullable VolumeInfo volume;
  private String stopReason = "";

  Mount(
      SerialOwner owner,
      StoragePort storage,
      NodeSettings settings,
      NodeEvents events,
      Tracing tracing,
      Membership membership,
      WithdrawTrigger trigger) {
    this.owner = owner;
    this.storage = storage;
    this.settings = settings;
    this.events = events;
    this.membership = membership;
    this.trigger = trigger;
    this.problems = new JournalProblems(owner);
    this.freeze = new Freeze(owner, membership, events, settings.nodeName(), settings.spectator());
    this.recovery =
        new PeerRecovery(
            owner, membership, storage, events, tracing, problems, settings.recovery());
  }

  Membership membership() {
    return membership;
  }

  PeerRecovery recovery() {
    return recovery;
  }

  JournalProblems problems() {
    return problems;
  }

  Freeze freeze() {
    return freeze;
  }

  /** Waits until nothing of it runs beside the mount or unmount itself. Only inside a task. */
  void awaitStopped() {
    recovery.awaitStopped();
    freeze.awaitStopped();
  }

  /** The file system; null before the end of the mount and after the unmount. */
  @Nullable MountedFileSystem fileSystem() {
    return fileSystem;
  }

  /** How many journals the volume has; 0 while that is not known. */
  int journals() {
    return volume == null ? 0 : volume.journals();
  }

  /** Ends a mount that is under way, wherever it waits. */
  void stop(String reason) {
    stopReason = reason;
    recovery.stop();
    freeze.stop();
    membership.gate().changed().raise();
    if (membership.session().sessionId() == 0) {
      membership.session().leave();
    }
  }

  private boolean isStopped() {
    return !stopReason.isEmpty() || membership.session().state().isOver();
  }

  private void requireGoingOn() {
    if (isStopped()) {
      throw new RecoveryStoppedException(
          "mount ended: " + (stopReason.isEmpty() ? "session over" : stopReason));
    }
  }

  /**
   * Before anything that J does on the word of the journal glock alone.
   *
   * <p>Is there a problem if only the session's state is asked? Yes: a node that has hung goes on
   * before its timers tell it that the lease is over. The slot may be another's by then, and
   * opening or replaying its journal would fence an owner that is well.
   */
  private void requireLease() {
    if (!membership.session().holdsLease()) {
      throw new RecoveryStoppedException("mount ended: the lease is over");
    }
  }

  /** Mounts. Only inside a task. */
  void mount(FileSystemFactory factory, String trace) {
    VolumeInfo found = owner.await(storage.volume());
    requireGoingOn();
    if (!found.name().equals(settings.lockspace())) {
      throw new NodeException(
          NodeException.Reason.WRONG_VOLUME,
          "the journal-service serves volume "
              + found.name()
              + ", this node is configured for "
              + settings.lockspace());
    }
    volume = found;
    Welcome welcome = membership.join(owner);
    events.happened(new Joined(welcome.slot(), welcome.sessionId(), welcome.firstMounter()));
    requireGoingOn();
    requireJournal(welcome.slot(), found.journals());
    membership.takeMountGlocks();
    requireGoingOn();
    if (!settings.spectator()) {
      recovery.begin(found.journals());
    }
    waitForOpenGate(found.journals(), trace);
    OpenedJournal journal =
        settings.spectator() ? null : openJournal(welcome.slot(), found.journals(), trace);
    requireGoingOn();
    MountedFileSystem made =
        factory.create(owner, storage, membership.glocks(), journal, found, trigger);
    fileSystem = made;
    membership.glocks().serve(made.contents());
    if (isStopped()) {
      made.abort();
    }
    requireGoingOn();
    recovery.mounted(made);
    if (!settings.spectator()) {
      freeze.begin(made);
    }
    requireGoingOn();
  }

  private void requireJournal(int slot, int journals) {
    if (slot >= journals) {
      throw new NodeException(
          NodeException.Reason.NO_JOURNAL,
          "volume "
              + settings.lockspace()
              + " has "
              + journals
              + " journals, all of them taken: node "
              + settings.nodeName()
              + " was given slot "
              + slot
              + ". Unmount another node, mount as spectator, or add a journal with gfs2_jadd");
    }
  }

  private void waitForOpenGate(int journals, String trace) {
    Gate gate = membership.gate();
    FirstMount firstMount =
        new FirstMount(
            owner, membership, storage, events, problems, settings.recovery(), this::isStopped);
    while (!gate.isOpen()) {
      requireGoingOn();
      if (gate.isFirstMounter()) {
        firstMount.run(journals, trace);
      } else {
        gate.changed().await();
      }
    }
    requireGoingOn();
  }

  private Holder acquireJournal(int slot, String trace) {
    return membership
        .glocks()
        .acquire(GlockName.journal(slot), LockMode.EX, LockFlags.NOEXP, Patience.endless(), trace);
  }

  /**
   * Takes the journal glock, under a gate that somebody has opened.
   *
   * <p>Is there a problem if a node keeps a journal glock that it is granted after L was restarted,
   * since the gate was open when it asked? Yes: L has forgotten that, and has somebody look at all
   * journals, who would wait for this one for ever.
   */
  private Holder takeJournalGlock(int slot, int journals, String trace) {
    Holder glock = acquireJournal(slot, trace);
    while (membership.gate().status().firstMountPending()) {
      glock.close();
      membership.glocks().giveBack(GlockName.journal(slot));
      waitForOpenGate(journals, trace);
      glock = acquireJournal(slot, trace);
    }
    return glock;
  }

  private OpenedJournal openJournal(int slot, int journals, String trace) {
    Holder glock = takeJournalGlock(slot, journals, trace);
    OwnJournal own = membership.journal();
    own.own(slot, glock);
    while (true) {
      requireGoingOn();
      requireLease();
      own.opening();
      try {
        OpenedJournal opened = owner.await(storage.openJournal(slot, settings.nodeName()));
        own.opened(opened);
        events.happened(new JournalOpened(slot, opened.epoch()));
        return opened;
      } catch (StorageException refused) {
        if (refused.reason() != StorageException.Reason.UNAVAILABLE) {
          own.refused();
        }
        if (refused.reason() != StorageException.Reason.JOURNAL_DIRTY) {
          throw refused;
        }
      }
      requireGoingOn();
      requireLease();
      long generation = membership.gate().generation();
      if (replayOwn(slot, trace) && membership.gate().isPending(slot)) {
        membership.session().send(new NodeMessage.ReportClean(generation, slot));
      }
    }
  }

  /**
   * Has the slot's dirty journal replayed.
   *
   * @return false when it was opened meanwhile, by a message of its dead owner that was late; the
   *     next open fences that epoch
   */
  private boolean replayOwn(int slot, String trace) {
    long epoch = owner.await(storage.check(slot, trace)).epoch();
    requireGoingOn();
    try {
      owner.await(storage.replay(slot, epoch, true, trace));
      return true;
    } catch (StorageException refused) {
      if (refused.reason() == StorageException.Reason.STALE_EPOCH) {
        return false;
      }
      throw refused;
    }
  }

  /**
   * Unmounts in order. Only inside a task. Recovery goes on until the journal is closed: if the
   * gate is closed, this node may be the only one that can open it, and the file system needs I/O
   * glocks to finish. A volume that is frozen is waited for: to leave is to write.
   */
  void unmount() {
    freeze.leave();
    requireGoingOn();
    recovery.finishFolding();
    MountedFileSystem mounted = fileSystem;
    if (mounted != null) {
      mounted.unmount();
    }
    requireGoingOn();
    OwnJournal own = membership.journal();
    if (own.use() == JournalUse.OPEN) {
      owner.await(storage.closeJournal(own.jid(), own.epoch()));
      own.closed();
    }
    // Everything is in place, nothing is cached, and the journal needs no revoke any more: lowering
    // is only a message now.
    membership.glocks().serve(GlockContents.NONE);
    fileSystem = null;
    requireGoingOn();
    leave();
  }

  /**
   * Gives everything back and leaves. Only inside a task.
   *
   * @throws RecoveryStoppedException when a withdraw has begun meanwhile: it is the withdraw that
   *     leaves, in its own time
   */
  void leave() {
    recovery.stop();
    freeze.stop();
    awaitStopped();
    membership.releaseAll();
    if (!membership.glocks().giveAllBack()) {
      throw new RecoveryStoppedException("the node withdraws");
    }
    owner.await(membership.session().leave());
  }
}
