package glockenspiel.node.core;

import glockenspiel.node.filesystem.MountedFileSystem;
import glockenspiel.node.glock.GlockContents;
import glockenspiel.node.glock.Glocks;
import glockenspiel.node.withdraw.WithdrawKind;
import glockenspiel.node.withdraw.WithdrawTrigger;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StoragePort;
import glockenspiel.runtime.task.SerialOwner;
import glockenspiel.runtime.task.Signal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file system that changes one "file" at a time: an EX glock and a log flush. */
final class SmallFileSystem implements MountedFileSystem, GlockContents {
  static final GlockName STATFS = GlockName.inode(7);

  final List<String> calls = new ArrayList<>();
  private final SerialOwner owner;
  private final StoragePort storage;
  private final Glocks glocks;
  private final @Nullable OpenedJournal journal;
  private final WithdrawTrigger trigger;
  private final Signal changed;
  private boolean aborted;
  private boolean frozen = true;
  private int changing;
  boolean abortThrows;

  SmallFileSystem(
      SerialOwner owner,
      StoragePort storage,
      Glocks glocks,
      @Nullable OpenedJournal journal,
      WithdrawTrigger trigger) {
    this.owner = owner;
    this.storage = storage;
    this.glocks = glocks;
    this.journal = journal;
    this.trigger = trigger;
    this.changed = new Signal(owner);
  }

  /** Changes an inode, as a transaction does. Only inside a task. */
  void change(long inode) {
    change(inode, 0);
  }

  /** The same, and the change takes so long. */
  void change(long inode, long nanos) {
    while (frozen && !aborted) {
      changed.await();
    }
    changing++;
    try (Glocks.Holder holder = glocks.acquire(GlockName.inode(inode), LockMode.EX, 0)) {
      owner.pause(nanos);
      flush();
      calls.add("changed " + holder.glock());
    } finally {
      changing--;
      changed.raise();
    }
  }

  @Override
  public void freeze() {
    frozen = true;
    while (changing > 0 && !aborted) {
      changed.await();
    }
    append();
  }

  @Override
  public void thaw() {
    frozen = false;
    changed.raise();
  }

  /** Reads an inode. Only inside a task. */
  void look(long inode) {
    try (Glocks.Holder holder = glocks.acquire(GlockName.inode(inode), LockMode.SH, 0)) {
      calls.add("looked " + holder.glock());
    }
  }

  private void flush() {
    if (frozen && changing == 0) {
      throw new IllegalStateException("a frozen node writes");
    }
    append();
  }

  private void append() {
    if (journal == null || aborted) {
      throw new IllegalStateException("no journal");
    }
    LogFlush flush = new LogFlush(List.of(), List.of(), List.of(), -1, StatfsCounts.ZERO, 0);
    try {
      owner.await(storage.append(journal.jid(), journal.epoch(), flush));
    } catch (StorageException failed) {
      trigger.withdraw(WithdrawKind.JOURNAL_IO_ERROR, "append: " + failed.getMessage());
      throw failed;
    }
  }

  @Override
  public GlockContents contents() {
    return this;
  }

  @Override
  public boolean isClean(GlockName glock) {
    return false;
  }

  @Override
  public void sync(GlockName glock, LockMode to) {
    calls.add("sync " + glock + " to " + to);
    if (!frozen) {
      flush();
    }
  }

  @Override
  public void invalidate(GlockName glock) {
    calls.add("invalidate " + glock);
  }

  @Override
  public void unmount() {
    calls.add("unmount");
    if (journal != null) {
      change(STATFS.number());
    }
  }

  @Override
  public void abort() {
    calls.add("abort");
    aborted = true;
    changed.raise();
    if (abortThrows) {
      throw new IllegalStateException("cannot be aborted");
    }
  }

  @Override
  public boolean foldStatfs(int jid) {
    change(STATFS.number());
    calls.add("fold " + jid);
    return true;
  }
}
