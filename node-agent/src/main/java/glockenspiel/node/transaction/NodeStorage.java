package glockenspiel.node.transaction;

import glockenspiel.node.withdraw.WithdrawKind;
import glockenspiel.node.withdraw.WithdrawKinds;
import glockenspiel.node.withdraw.WithdrawTrigger;
import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StoragePort;
import glockenspiel.runtime.state.InvariantViolation;
import glockenspiel.runtime.task.OwnerStoppedException;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A mounted node's way to its volume. Every call of this half of the node goes through here, so
 * that an error becomes a withdraw in one place, and nothing is sent once the node withdraws.
 */
public final class NodeStorage {
  private final SerialOwner owner;
  private final StoragePort port;
  private final OpenedJournal journal;
  private final WithdrawTrigger trigger;
  private final Set<Promise<?>> waiting = new LinkedHashSet<>();
  private @Nullable String abortReason;
  private boolean frozen;

  /** Storage under the epoch of an opened journal. */
  public NodeStorage(
      SerialOwner owner, StoragePort port, OpenedJournal journal, WithdrawTrigger trigger) {
    this.owner = owner;
    this.port = port;
    this.journal = journal;
    this.trigger = trigger;
  }

  /** The node's serial owner. */
  public SerialOwner owner() {
    return owner;
  }

  /** The node's journal. */
  public OpenedJournal journal() {
    return journal;
  }

  /**
   * Reads metadata blocks.
   *
   * @throws WithdrawnException when that failed: a node that cannot read metadata withdraws
   */
  public List<ByteBuffer> readMetadata(List<Long> blocks) {
    try {
      return readData(blocks);
    } catch (StorageException failure) {
      throw withdraw(WithdrawKinds.of(failure, WithdrawKind.IO_ERROR), "reading metadata", failure);
    }
  }

  /**
   * Reads blocks of file data.
   *
   * @throws StorageException when that failed; it is the caller's alone
   */
  public List<ByteBuffer> readData(List<Long> blocks) {
    requireActive();
    return await(port.read(List.copyOf(blocks)));
  }

  /** Writes blocks in place; returns when they are durable. */
  public void write(List<BlockImage> images) {
    requireMayWrite();
    try {
      await(port.write(journal.jid(), journal.epoch(), List.copyOf(images)));
    } catch (StorageException failure) {
      throw withdraw(WithdrawKinds.of(failure, WithdrawKind.IO_ERROR), "writing in place", failure);
    }
  }

  /** Appends a flush to the journal; returns when it is durable. */
  public Appended append(LogFlush flush) {
    requireMayWrite();
    try {
      return await(port.append(journal.jid(), journal.epoch(), flush));
    } catch (StorageException failure) {
      throw withdraw(
          WithdrawKinds.of(failure, WithdrawKind.JOURNAL_IO_ERROR), "appending", failure);
    }
  }

  /**
   * From now on nothing of this node may reach the volume. Whoever freezes has seen to it that
   * there is nothing left to write; that somebody writes all the same is a broken invariant.
   */
  void freeze() {
    frozen = true;
  }

  /** Writes go on. */
  void thaw() {
    frozen = false;
  }

  private void requireMayWrite() {
    requireActive();
    InvariantViolation.require(!frozen, "a frozen node writes");
  }

  /**
   * Waits for a promise of this node.
   *
   * @throws WithdrawnException as soon as the node withdraws
   */
  @SuppressWarnings("NullAway") // the value is null only where T allows it
  public <T extends @Nullable Object> T await(Promise<T> promise) {
    requireActive();
    if (promise.isDone()) {
      return promise.get();
    }
    Promise<T> either = new Promise<>();
    promise.whenDone(
        (value, failure) -> {
          if (failure != null) {
            either.fail(failure);
          } else {
            either.complete(value);
          }
        });
    waiting.add(either);
    try {
      T value = owner.await(either);
      requireActive();
      return value;
    } finally {
      waiting.remove(either);
    }
  }

  /**
   * What went wrong in the middle of a change, or in code that trusts what it reads, makes the node
   * withdraw.
   *
   * @return the exception to throw
   */
  public WithdrawnException broken(String doing, RuntimeException failure) {
    if (failure instanceof WithdrawnException withdrawn) {
      return withdrawn;
    }
    if (failure instanceof OwnerStoppedException stopped) {
      throw stopped;
    }
    WithdrawKind kind =
        switch (failure) {
          case CorruptBlockException corrupt -> WithdrawKind.CONSISTENCY;
          case StorageException storage -> WithdrawKinds.of(storage, WithdrawKind.IO_ERROR);
          default -> WithdrawKind.INVARIANT;
        };
    return withdraw(kind, doing, failure);
  }

  private WithdrawnException withdraw(WithdrawKind kind, String doing, RuntimeException cause) {
    String reason = doing + ": " + cause.getMessage();
    if (abortReason == null) {
      abort(kind + ": " + reason);
      trigger.withdraw(kind, reason);
    }
    WithdrawnException thrown = withdrawn();
    thrown.initCause(cause);
    return thrown;
  }

  /** From now on nothing is sent, and everybody who waits here is told. */
  public void abort(String reason) {
    if (abortReason != null) {
      return;
    }
    abortReason = reason;
    for (Promise<?> promise : new ArrayList<>(waiting)) {
      promise.fail(withdrawn());
    }
  }

  /** Whether {@link #abort} was called. */
  public boolean isAborted() {
    return abortReason != null;
  }

  /** Throws {@link WithdrawnException} once the node withdraws. */
  public void requireActive() {
    if (abortReason != null) {
      throw withdrawn();
    }
  }

  WithdrawnException withdrawn() {
    return new WithdrawnException(abortReason == null ? "withdrawing" : abortReason);
  }
}
