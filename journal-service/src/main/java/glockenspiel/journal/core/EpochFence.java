package glockenspiel.journal.core;

import glockenspiel.journal.device.VolumeState.JournalRecord;
import glockenspiel.journal.device.VolumeState.Standing;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.protocol.storage.StoragePort;
import glockenspiel.runtime.state.StateMachine;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The fence of one journal, the place where rule 3 is kept: every write of a node passes {@link
 * #submit}, which looks at the epoch in the very slice that hands the write to the device. A fence
 * first refuses, then waits for what is in flight, then is made durable.
 */
final class EpochFence {
  private final SerialOwner owner;
  private final StateKeeper keeper;
  private final int jid;
  private final StateMachine<FencingState> machine;
  private long epoch;
  private String nodeName;
  private int inFlight;

  /** CLOSED or FENCED. */
  private FencingState beforeReplay = FencingState.FENCED;

  private Promise<@Nullable Void> drained = Promise.of(null);
  private Promise<@Nullable Void> fenced = Promise.of(null);

  /** The fence as it was saved last. */
  EpochFence(
      SerialOwner owner,
      StateKeeper keeper,
      int jid,
      StateMachine.Listener<FencingState> listener) {
    this.owner = owner;
    this.keeper = keeper;
    this.jid = jid;
    JournalRecord saved = keeper.state().journal(jid);
    this.epoch = saved.epoch();
    this.nodeName = saved.nodeName();
    FencingState initial =
        switch (saved.standing()) {
          case CLOSED -> FencingState.CLOSED;
          case OPEN -> FencingState.OPEN;
          case FENCED -> FencingState.FENCED;
        };
    this.machine = new StateMachine<>("journal " + jid, FencingState.TABLE, initial, listener);
  }

  FencingState state() {
    return machine.state();
  }

  boolean is(FencingState state) {
    return machine.is(state);
  }

  long epoch() {
    return epoch;
  }

  String nodeName() {
    return nodeName;
  }

  /**
   * Whether an epoch is open, or was cut off by somebody who may be gone, and not replayed since.
   */
  boolean mayHaveLivingOwner() {
    return epoch != 0 && !machine.is(FencingState.CLOSED);
  }

  /**
   * Refuses unless this epoch may write now.
   *
   * @throws StorageException STALE_EPOCH, JOURNAL_NOT_OPEN, or IO_ERROR for one that has failed
   */
  void requireOpen(long callerEpoch) {
    require(callerEpoch, FencingState.OPEN);
  }

  private void require(long callerEpoch, FencingState wanted) {
    if (callerEpoch == epoch && epoch != 0 && machine.is(wanted)) {
      return;
    }
    if (callerEpoch > epoch || epoch == 0) {
      throw new StorageException(
          Reason.JOURNAL_NOT_OPEN,
          "journal " + jid + " is not open under epoch " + callerEpoch + ": open it first");
    }
    if (callerEpoch == epoch && machine.is(FencingState.FAILED)) {
      throw new StorageException(
          Reason.IO_ERROR,
          "journal "
              + jid
              + " epoch "
              + epoch
              + " failed before: withdraw, and let it be replayed");
    }
    throw new StorageException(
        Reason.STALE_EPOCH,
        "journal "
            + jid
            + " epoch "
            + callerEpoch
            + " may not write: the newest is "
            + epoch
            + ", "
            + machine.state());
  }

  /**
   * Refuses a replay that is too late: what it was meant for has been replayed, and the journal was
   * opened since.
   *
   * @param expected the epoch that the caller has seen, or {@link StoragePort#ANY_EPOCH}
   * @throws StorageException STALE_EPOCH
   */
  void requireNewest(long expected) {
    if (expected != StoragePort.ANY_EPOCH && expected != epoch) {
      throw new StorageException(
          Reason.STALE_EPOCH,
          "journal %d has epoch %d, %s, and the replay expects %d: look at it again"
              .formatted(jid, epoch, machine.state(), expected));
    }
  }

  /** Hands a write of this epoch to the device, if it may write. Fails at once if not. */
  Promise<@Nullable Void> submit(long callerEpoch, Supplier<Promise<@Nullable Void>> write) {
    return submit(callerEpoch, FencingState.OPEN, write);
  }

  /** The same for the clean header, which is written while CLOSING. */
  Promise<@Nullable Void> submitClosing(long callerEpoch, Supplier<Promise<@Nullable Void>> write) {
    return submit(callerEpoch, FencingState.CLOSING, write);
  }

  private Promise<@Nullable Void> submit(
      long callerEpoch, FencingState wanted, Supplier<Promise<@Nullable Void>> write) {
    require(callerEpoch, wanted);
    if (inFlight++ == 0) {
      drained = new Promise<>();
    }
    Promise<@Nullable Void> promise = write.get();
    promise.whenDone(
        (done, failure) -> {
          if (--inFlight == 0) {
            drained.complete(null);
          }
        });
    return promise;
  }

  /**
   * Fences an epoch that was given out.
   *
   * @param callerEpoch nothing happens when it is not the newest
   * @return whether its owner may be alive and not know yet
   */
  Promise<Boolean> fence(long callerEpoch) {
    if (callerEpoch > epoch) {
      if (callerEpoch >= keeper.state().firstEpoch()) {
        throw new StorageException(
            Reason.INVALID_ARGUMENT,
            "journal "
                + jid
                + " epoch "
                + callerEpoch
                + " was never given out; the newest is "
                + epoch);
      }
      return Promise.of(false);
    }
    if (callerEpoch < epoch) {
      return Promise.of(false);
    }
    boolean mayLive = mayHaveLivingOwner();
    return fence("asked for").map(done -> mayLive);
  }

  /**
   * Fences the epoch that is open, if one is; done when it is durable that nothing of it reaches
   * the device any more. Refuses from this call on.
   */
  Promise<@Nullable Void> fence(String reason) {
    return switch (machine.state()) {
      case CLOSED, FENCED, REPLAYING -> Promise.of(null);
      case FENCING -> fenced;
      case OPENING ->
          throw new StorageException(
              Reason.JOURNAL_BUSY, "journal " + jid + " is being opened: ask again");
      case OPEN, FAILED, CLOSING -> {
        machine.become(FencingState.FENCING, reason);
        fenced = owner.start("fence-" + jid, this::finishFencing);
        yield fenced;
      }
    };
  }

  private @Nullable Void finishFencing() {
    owner.await(drained);
    try {
      owner.await(save(Standing.FENCED));
    } catch (StorageException notSaved) {
      // Refused all the same; but the fence is not done before it is durable.
      machine.become(FencingState.FAILED, "the fencing could not be saved");
      throw notSaved;
    }
    machine.become(FencingState.FENCED, "nothing of epoch " + epoch + " is in flight");
    return null;
  }

  /** Opens a new epoch, durably. Only inside a task, from CLOSED or FENCED. */
  void open(String node) {
    epoch = Math.max(epoch + 1, keeper.state().firstEpoch());
    nodeName = node;
    machine.become(FencingState.OPENING, "opened by " + node);
    try {
      owner.await(save(Standing.OPEN));
    } catch (StorageException notSaved) {
      machine.become(FencingState.FAILED, "the new epoch could not be saved");
      throw notSaved;
    }
    machine.become(FencingState.OPEN, "epoch " + epoch + " is saved");
  }

  /** A write of the open epoch to its own journal failed. */
  void fail(String reason) {
    if (machine.is(FencingState.OPEN) || machine.is(FencingState.CLOSING)) {
      machine.become(FencingState.FAILED, reason);
    }
  }

  /** The owner leaves. */
  void beginClosing(long callerEpoch) {
    requireOpen(callerEpoch);
    machine.become(FencingState.CLOSING, "closed by " + nodeName);
  }

  /** The clean header is durable. Only inside a task. */
  void finishClosing(long callerEpoch) {
    require(callerEpoch, FencingState.CLOSING);
    try {
      owner.await(save(Standing.CLOSED));
    } catch (StorageException notSaved) {
      fail("the closing could not be saved");
      throw notSaved;
    }
    if (machine.is(FencingState.CLOSING)) {
      machine.become(FencingState.CLOSED, "the clean header is durable");
    }
  }

  /** A replay begins; everything is fenced. */
  void beginReplay(String reason) {
    beforeReplay = machine.state();
    machine.become(FencingState.REPLAYING, reason);
  }

  /** A replay ends, and the journal is clean: saved as closed. Only inside a task. */
  void finishReplay(String reason) {
    if (epoch != 0) {
      owner.await(save(Standing.CLOSED));
    }
    machine.become(FencingState.CLOSED, reason);
  }

  /**
   * A replay did not come to its end: the epoch is what it was before.
   *
   * <p>Is there a problem if a journal that was closed is left fenced? Yes: when it is clean,
   * nobody has a reason to replay it again, and whoever waits to see it closed waits for ever (rule
   * 12).
   */
  void abandonReplay(String reason) {
    machine.become(beforeReplay, reason);
  }

  private Promise<@Nullable Void> save(Standing standing) {
    JournalRecord saved = new JournalRecord(epoch, standing, nodeName);
    return keeper.change(state -> state.withJournal(jid, saved));
  }
}
