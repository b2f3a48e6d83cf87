package glockenspiel.journal.core;

import glockenspiel.ondisk.log.LogDescriptor;
import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.ondisk.log.SealedHeader;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.JournalState;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.Signal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * One journal of an opened volume: its fence, its writer while it is open, and what is known of it.
 */
final class Journal {
  /** Told when the journal's fencing state changes. */
  @FunctionalInterface
  interface Listener {
    void changed(Journal journal, FencingState from, FencingState to, String reason);
  }

  private record Waiting(long epoch, FlushLayout flush, Promise<Appended> answer) {}

  private final VolumeAccess volume;
  private final JournalLayout layout;
  private final JournalReader reader;
  private final EpochFence fence;
  private final Turn turn;
  private final Deque<Waiting> appends = new ArrayDeque<>();
  private @Nullable Promise<@Nullable Void> appending;
  private @Nullable JournalWriter writer;
  private @Nullable Promise<JournalWriter> takingUp;
  private @Nullable JournalCondition condition;
  private final Signal changed;
  private String reason = "";
  private boolean replayAsked;

  /** Counts what makes a look that began before it worthless. */
  private long changes;

  Journal(VolumeAccess volume, JournalLayout layout, Listener listener) {
    this.volume = volume;
    this.layout = layout;
    this.reader =
        new JournalReader(volume.owner(), volume.device(), volume.geometry(), layout.extents());
    this.changed = new Signal(volume.owner());
    this.turn = new Turn(volume.owner());
    this.fence =
        new EpochFence(
            volume.owner(),
            volume.keeper(),
            layout.jid(),
            (from, to, why) -> {
              reason = why;
              if (to == FencingState.FENCED || to == FencingState.REPLAYING) {
                writer = null;
                changes++;
              }
              listener.changed(this, from, to, why);
              changed.raise();
            });
  }

  int jid() {
    return layout.jid();
  }

  JournalLayout layout() {
    return layout;
  }

  JournalReader reader() {
    return reader;
  }

  /**
   * Refuses one that has a block at two positions: it can be read, but what is written to the one
   * is written over the other.
   */
  void requireWritable() {
    if (layout.extents().repeats()) {
      throw new StorageException(
          StorageException.Reason.JOURNAL_CORRUPT,
          layout.name() + " has a block twice: have the image mended before it is opened");
    }
  }

  EpochFence fence() {
    return fence;
  }

  Turn turn() {
    return turn;
  }

  /** Raised with every change of state or condition. */
  Signal changed() {
    return changed;
  }

  /** Claims the replay of this journal; false when another has it. */
  boolean claimReplay() {
    if (replayAsked) {
      return false;
    }
    replayAsked = true;
    return true;
  }

  /** Gives the claim back. */
  void releaseReplay() {
    replayAsked = false;
  }

  /** What is known of it without looking; null when nothing is. */
  @Nullable JournalCondition condition() {
    JournalWriter open = writer;
    if (open == null || fence.is(FencingState.FAILED)) {
      return condition;
    }
    LogRing ring = open.ring();
    JournalState state = open.isClean() ? JournalState.CLEAN : JournalState.DIRTY;
    return new JournalCondition(state, ring.head(), ring.sequence(), ring.tail(), false, "");
  }

  /** Remembers what a look has shown, or what was just written. */
  void setCondition(@Nullable JournalCondition seen) {
    condition = seen;
    changes++;
    changed.raise();
  }

  /**
   * Looks at the journal, and remembers what it saw unless something changed meanwhile. Only inside
   * a task.
   *
   * <p>Is there a problem if the last look to end is remembered? Yes: it may have begun before a
   * replay and have read slowly. The journal would seem dirty for good, and the node that waits for
   * its replay would wait for ever (rule 12).
   */
  Examination examine(LongPredicate mayReplay) {
    return examine(reader, mayReplay);
  }

  /**
   * As above.
   *
   * @param from reads this journal
   */
  Examination examine(JournalReader from, LongPredicate mayReplay) {
    long before = changes;
    Examination seen = Examination.of(volume, layout, from, mayReplay);
    if (before == changes) {
      setCondition(seen.condition());
    }
    return seen;
  }

  /** What is known of it; looks when nothing is. Only inside a task. */
  JournalCondition look() {
    JournalCondition known = condition();
    while (known == null) {
      var _ = examine(block -> true);
      known = condition();
    }
    return known;
  }

  JournalStatus status() {
    JournalCondition known = condition();
    return new JournalStatus(
        jid(),
        fence.state(),
        fence.epoch(),
        fence.nodeName(),
        known == null ? null : check(known),
        reason);
  }

  /** A condition with what is known of the epoch. */
  JournalCheck check(JournalCondition seen) {
    return new JournalCheck(
        jid(),
        seen.state(),
        fence.epoch(),
        fence.is(FencingState.OPEN) || fence.is(FencingState.CLOSING),
        fence.is(FencingState.CLOSED),
        seen.headBlock(),
        seen.sequence(),
        seen.tail(),
        layout.blocks(),
        seen.problem());
  }

  /** Begins to write behind a clean head, under a new epoch. */
  void beginWriting(LogHeader head) {
    long position = head.position();
    LogRing ring = new LogRing(layout.extents(), jid(), position, position, head.sequence());
    var _ = beginWriting(head, ring, null);
  }

  private JournalWriter beginWriting(LogHeader head, LogRing ring, @Nullable SealedHeader sealed) {
    changes++;
    condition = null;
    JournalWriter begun =
        new JournalWriter(
            volume.owner(),
            volume.device(),
            volume.groupSync(),
            volume.clock(),
            volume.geometry(),
            layout,
            fence,
            ring,
            head,
            sealed);
    writer = begun;
    return begun;
  }

  /** The writer of the epoch that is open. */
  private Promise<JournalWriter> writer() {
    if (writer != null) {
      return Promise.of(writer);
    }
    Promise<JournalWriter> begun = takingUp;
    if (begun == null) {
      begun = volume.owner().start("take-up-" + jid(), this::takeUp);
      takingUp = begun;
      begun.whenDone((_, _) -> takingUp = null);
    }
    return begun;
  }

  /**
   * Of an epoch that was open when the service was started again, the head is looked for first.
   * Only inside a task.
   */
  private JournalWriter takeUp() {
    requireWritable();
    long epoch = fence.epoch();
    Examination seen = Examination.of(volume, layout, reader, block -> true);
    fence.requireOpen(epoch);
    seen.requireReadable();
    LogHeader head = seen.readableHead();
    long tail = head.isClean() ? head.position() : head.tail();
    LogRing ring = new LogRing(layout.extents(), jid(), tail, head.position(), head.sequence());
    if (!head.isClean()) {
      findFlushes(head, seen.foundAt(), ring);
      fence.requireOpen(epoch);
    }
    return beginWriting(head, ring, seen.sealed());
  }

  /** Every flush begins at the tail or behind a header. */
  private void findFlushes(LogHeader head, long foundAt, LogRing ring) {
    JournalExtents extents = layout.extents();
    ring.addFlush(head.tail());
    LogWalk.Visitor afterHeaders =
        new LogWalk.Visitor() {
          @Override
          public void header(int offset) {
            ring.addFlush(extents.plus(head.tail(), offset + 1L));
          }

          @Override
          public void images(int offset, LogDescriptor descriptor) {}

          @Override
          public void revoke(int offset, long block) {}
        };
    new LogWalk(reader, volume.geometry(), head, foundAt, afterHeaders).run();
  }

  /** Appends in the order of the calls; the flush was checked. */
  Promise<Appended> append(long epoch, LogFlush flush) {
    FlushLayout laidOut = FlushLayout.of(volume.geometry(), flush);
    Waiting waiting = new Waiting(epoch, laidOut, new Promise<>());
    appends.add(waiting);
    if (appending == null) {
      appending = new Promise<>();
      appendAll(appending);
    }
    return waiting.answer();
  }

  private void appendAll(Promise<@Nullable Void> all) {
    for (Waiting next = appends.peek(); next != null; next = appends.peek()) {
      Waiting begun = next;
      Promise<Appended> append = begin(next);
      if (!append.isDone()) {
        append.whenDone(
            (_, _) -> {
              end(begun, append);
              appendAll(all);
            });
        return;
      }
      end(begun, append);
    }
    appending = null;
    all.complete(null);
  }

  private Promise<Appended> begin(Waiting next) {
    try {
      fence.requireOpen(next.epoch());
    } catch (StorageException refusal) {
      return Promise.failed(refusal);
    }
    return writer().then(known -> known.append(next.epoch(), next.flush()));
  }

  /**
   * Done when Linux, too, would find every flush that was acknowledged.
   *
   * <p>Is there a problem if a block is written in place before that? Yes, for Linux: it would
   * replay up to the header before, and have some blocks of the transaction and not the others
   * (rule 5).
   */
  Promise<@Nullable Void> settled() {
    return writer().then(JournalWriter::settled);
  }

  private void end(Waiting next, Promise<Appended> append) {
    appends.remove();
    append.whenDone(
        (appended, failure) -> {
          if (failure != null || appended == null) {
            next.answer().fail(failure == null ? new IllegalStateException("no answer") : failure);
          } else {
            next.answer().complete(appended);
          }
        });
  }

  /**
   * Ends an epoch in order: what was called before is appended, then the clean header is written.
   * Only inside a task, with the turn.
   */
  void close(long epoch) {
    fence.requireOpen(epoch);
    while (appending != null) {
      volume.owner().await(appending);
    }
    JournalWriter open = volume.owner().await(writer());
    fence.beginClosing(epoch);
    open.close();
    fence.finishClosing(epoch);
    condition = condition();
    writer = null;
    changed.raise();
  }
}
