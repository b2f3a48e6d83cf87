package glockenspiel.node.freeze;

import glockenspiel.node.event.NodeEvent.FreezeChanged;
import glockenspiel.node.event.NodeEvents;
import glockenspiel.node.filesystem.FileSystemException;
import glockenspiel.node.filesystem.MountedFileSystem;
import glockenspiel.node.glock.GlockException;
import glockenspiel.node.recovery.Membership;
import glockenspiel.protocol.lock.LockManagerMessage.Demote;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.runtime.state.InvariantViolation;
import glockenspiel.runtime.state.StateMachine;
import glockenspiel.runtime.task.OwnerStoppedException;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import glockenspiel.runtime.task.Signal;
import org.jspecify.annotations.Nullable;

/**
 * One mount's part in freezing the volume. F is the node that freezes, P another that is mounted, L
 * the lock-manager; the glock is the freeze glock, which every node with a journal holds SH for as
 * long as it may write.
 *
 * <ol>
 *   <li>F comes to rest: lets no change begin, waits for those under way, brings everything in
 *       place and writes a clean header into its journal.
 *   <li>F asks for EX. L asks each P to lower its SH.
 *   <li>P comes to rest in the same way, and only then lowers. It asks for SH again at once, and
 *       waits.
 *   <li>L grants EX: nobody writes. F waits until the gate is open, so that no journal waits for a
 *       replay that would; then the volume is frozen.
 *   <li>Thaw: F lowers EX. L grants all the SH that wait, and everybody goes on.
 * </ol>
 *
 * <p>Is there a problem if P lowers as soon as no change is under way, and brings everything in
 * place afterwards? Yes: F would be told that all is at rest while P still writes.
 *
 * <p>Is there a problem if F waits for EX before it comes to rest itself? No, but it would keep all
 * others waiting for its own changes.
 */
public final class Freeze {
  private final SerialOwner owner;
  private final Membership membership;
  private final NodeEvents events;
  private final String nodeName;
  private final boolean spectator;
  private final FreezeGlock glock;
  private final Signal changed;
  private final StateMachine<FreezeState> state =
      new StateMachine<>("freeze", FreezeState.TRANSITIONS, FreezeState.IDLE, this::stateChanged);
  private long sinceNanos;
  private @Nullable MountedFileSystem fileSystem;

  /** The node that asked for EX last; empty when that is not known, or over. */
  private String askedBy = "";

  private @Nullable FreezeAttempt attempt;
  private Promise<@Nullable Void> task = Promise.of(null);

  /** The node is about to unmount: it freezes nobody any more. */
  private boolean leaving;

  /** Takes no part before {@link #begin}. */
  public Freeze(
      SerialOwner owner,
      Membership membership,
      NodeEvents events,
      String nodeName,
      boolean spectator) {
    this.owner = owner;
    this.membership = membership;
    this.events = events;
    this.nodeName = nodeName;
    this.spectator = spectator;
    this.glock = new FreezeGlock(owner, membership);
    this.changed = new Signal(owner);
    this.sinceNanos = owner.nowNanos();
  }

  private void stateChanged(FreezeState from, FreezeState to, String reason) {
    sinceNanos = owner.nowNanos();
    if (from.isStill() || to.isStill()) {
      events.happened(new FreezeChanged(from.name(), to.name(), reason));
    }
    changed.raise();
  }

  /** As it is now. */
  public FreezeStatus status() {
    boolean own =
        switch (state.state()) {
          case ASKING, FREEZER -> true;
          case FREEZING -> attempt != null;
          case IDLE, THAWED, FROZEN, LEAVING, ENDED -> false;
        };
    boolean others = state.state().isStill() && !own;
    return new FreezeStatus(
        state.state(),
        own ? nodeName : others ? askedBy : "",
        own,
        (owner.nowNanos() - sinceNanos) / 1_000_000);
  }

  private static String by(String name) {
    return name.isEmpty() ? "another node" : "node " + name;
  }

  private MountedFileSystem files() {
    MountedFileSystem present = fileSystem;
    if (present == null) {
      throw new InvariantViolation("a freeze before the mount");
    }
    return present;
  }

  private boolean isEnded() {
    return state.is(FreezeState.ENDED);
  }

  // The mount.

  /**
   * The mount has a file system, which is frozen still. Lets it go if the volume is not frozen;
   * else it is mounted all the same, and waits for the thaw. Only inside a task.
   */
  public void begin(MountedFileSystem mounted) {
    fileSystem = mounted;
    if (glock.trySharing()) {
      goOn("mounted");
    } else if (!isEnded()) {
      state.become(FreezeState.FROZEN, "mounted while the volume is frozen");
      start("await thaw", this::awaitThaw);
    }
  }

  /**
   * The node is about to unmount: ends its own freeze, if there is one, and begins no other. Does
   * not wait.
   */
  public void endOwn() {
    leaving = true;
    FreezeAttempt present = attempt;
    if (present != null) {
      present.giveUp();
    }
    if (state.is(FreezeState.FREEZER)) {
      var _ = letGo("the node leaves");
    }
  }

  /**
   * The node unmounts: waits until it is thawed, and keeps the volume from being frozen until the
   * freeze glock is given back. Only inside a task.
   */
  public void leave() {
    endOwn();
    while (state.state().isStill()) {
      changed.await();
    }
    if (state.is(FreezeState.THAWED)) {
      state.become(FreezeState.LEAVING, "unmount");
    }
  }

  /**
   * Ends where it is. The freeze glock stays with the membership: when a node that withdraws gives
   * it back, its journal is clean.
   */
  public void stop() {
    if (isEnded()) {
      return;
    }
    state.become(FreezeState.ENDED, "stop");
    FreezeAttempt own = attempt;
    if (own != null) {
      own.giveUp();
      own.done()
          .fail(
              new FreezeException(
                  FreezeException.Reason.WITHDRAWN, "node " + nodeName + " withdraws"));
    }
    glock.end();
  }

  /** Waits until nothing of it runs. Only inside a task, after {@link #stop}. */
  public void awaitStopped() {
    owner.await(task);
  }

  // Another node freezes.

  /** L asks for what this node holds of the freeze glock. */
  public void wanted(Demote demote) {
    if (demote.wanted() == LockMode.UN) {
      askedBy = demote.askedBy();
    }
    if (state.is(FreezeState.THAWED)) {
      state.become(FreezeState.FREEZING, by(askedBy) + " freezes the volume");
      start("freeze", this::follow);
    }
  }

  /** Step 3. */
  private void follow() {
    files().freeze();
    if (!isEnded()) {
      state.become(FreezeState.FROZEN, "at rest");
      awaitThaw();
    }
  }

  private void awaitThaw() {
    if (glock.awaitShared()) {
      goOn("thawed");
    }
  }

  private void goOn(String reason) {
    askedBy = "";
    files().thaw();
    state.become(FreezeState.THAWED, reason);
  }

  // This node freezes.

  /**
   * Freezes the volume.
   *
   * @throws FreezeException FROZEN, SPECTATOR; GIVEN_UP when the node is about to leave
   */
  public FreezeAttempt freeze() {
    if (spectator) {
      throw new FreezeException(
          FreezeException.Reason.SPECTATOR,
          "node " + nodeName + " is a spectator: ask a node with a journal to freeze");
    }
    if (leaving) {
      throw new FreezeException(
          FreezeException.Reason.GIVEN_UP, "node " + nodeName + " is about to be unmounted");
    }
    if (!state.is(FreezeState.THAWED)) {
      throw new FreezeException(
          FreezeException.Reason.FROZEN,
          "the volume is " + wordOf(state.state()) + " by " + status().by());
    }
    FreezeAttempt begun = new FreezeAttempt(membership.gate().changed()::raise);
    attempt = begun;
    state.become(FreezeState.FREEZING, "asked to freeze the volume");
    start("freeze", () -> lead(begun));
    return begun;
  }

  private static String wordOf(FreezeState now) {
    return now == FreezeState.FREEZING || now == FreezeState.ASKING ? "being frozen" : "frozen";
  }

  private void lead(FreezeAttempt own) {
    files().freeze();
    if (!isEnded() && !own.isGivenUp()) {
      state.become(FreezeState.ASKING, "at rest");
      if (getsAll(own)) {
        attempt = null;
        state.become(FreezeState.FREEZER, "all nodes are at rest");
        own.done().complete(null);
        return;
      }
    }
    if (!isEnded()) {
      state.become(FreezeState.FROZEN, "the freeze is given up");
      awaitThaw();
      attempt = null;
      own.done()
          .fail(
              new FreezeException(
                  FreezeException.Reason.GIVEN_UP,
                  "the freeze of node " + nodeName + " was ended"));
    }
  }

  /**
   * Steps 2 and 4.
   *
   * <p>Is there a problem if the gate is not waited for? Yes: a lock-manager that was restarted has
   * forgotten what a dead node held. Its journal waits for replay, and the replay would write to
   * what the caller takes for frozen.
   */
  private boolean getsAll(FreezeAttempt own) {
    if (!glock.awaitAll(own.patience())) {
      return false;
    }
    while (!membership.gate().isOpen() && !own.isGivenUp() && !isEnded()) {
      membership.gate().changed().await();
    }
    return !own.isGivenUp() && !isEnded();
  }

  /**
   * Ends this node's freeze, or its attempt.
   *
   * @return done when this node goes on, or another one that waited for it has frozen the volume
   * @throws FreezeException NOT_FROZEN, FROZEN_ELSEWHERE
   */
  public Promise<@Nullable Void> thaw() {
    FreezeAttempt own = attempt;
    if (own != null && !isEnded()) {
      Promise<@Nullable Void> ended = new Promise<>();
      own.giveUp();
      own.done().whenDone((value, failure) -> ended.complete(null));
      return ended;
    }
    if (state.is(FreezeState.FREEZER)) {
      return letGo("thaw");
    }
    if (state.state().isStill()) {
      throw new FreezeException(
          FreezeException.Reason.FROZEN_ELSEWHERE,
          "the volume is frozen by " + status().by() + ": have it thawed there");
    }
    throw new FreezeException(FreezeException.Reason.NOT_FROZEN, "the volume is not frozen");
  }

  /** Step 5. */
  private Promise<@Nullable Void> letGo(String reason) {
    state.become(FreezeState.FROZEN, reason);
    boolean shared = glock.letGo();
    Promise<@Nullable Void> goingOn = start("thaw", this::awaitThaw);
    return shared ? goingOn : Promise.of(null);
  }

  // Tasks.

  private Promise<@Nullable Void> start(String name, Runnable body) {
    task =
        owner.start(
            name,
            () -> {
              try {
                body.run();
              } catch (OwnerStoppedException stopped) {
                throw stopped;
              } catch (RuntimeException cause) {
                ended(cause);
              }
              return null;
            });
    return task;
  }

  /** What is thrown by a mount that ends is its end; all else leaves nobody knows what behind. */
  private void ended(RuntimeException cause) {
    boolean withdraws =
        switch (cause) {
          case GlockException glock -> glock.reason() == GlockException.Reason.WITHDRAWN;
          case FileSystemException file -> file.code() == FileSystemException.Code.WITHDRAWN;
          default -> false;
        };
    if (!withdraws && !isEnded()) {
      membership.violated(cause);
    }
  }
}
