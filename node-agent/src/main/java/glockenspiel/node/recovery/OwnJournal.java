package glockenspiel.node.recovery;

import glockenspiel.node.glock.Glocks.Holder;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.runtime.state.StateMachine;
import org.jspecify.annotations.Nullable;

/** The node's own journal, from its journal glock to its clean header. */
public final class OwnJournal {
  private final StateMachine<JournalUse> use =
      new StateMachine<>(
          "own journal", JournalUse.TRANSITIONS, JournalUse.NONE, (from, to, reason) -> {});
  private int jid = -1;
  private @Nullable Holder glock;
  private @Nullable OpenedJournal opened;

  /** Its number; -1 while the node has none. */
  public int jid() {
    return jid;
  }

  /** How far it is. */
  public JournalUse use() {
    return use.state();
  }

  /** The epoch that its writes carry; 0 while none is known. */
  public long epoch() {
    return opened == null ? 0 : opened.epoch();
  }

  /** Whether the node has taken this journal for its own. */
  public boolean is(int candidate) {
    return jid == candidate;
  }

  /** The journal glock is held. */
  public void own(int number, Holder holder) {
    use.become(JournalUse.GLOCK_HELD, "journal glock granted");
    jid = number;
    glock = holder;
  }

  /** From now on there may be an epoch. */
  public void opening() {
    use.become(JournalUse.OPENING, "open");
  }

  /** It is certain that no epoch was given. */
  public void refused() {
    use.become(JournalUse.GLOCK_HELD, "not opened");
  }

  /** There is an epoch. */
  public void opened(OpenedJournal journal) {
    use.become(JournalUse.OPEN, "opened under epoch " + journal.epoch());
    opened = journal;
  }

  /** The clean header is written. */
  public void closed() {
    use.become(JournalUse.CLOSED, "clean header written");
  }

  /** Closes the holder of the journal glock, if there is one; the journal keeps its number. */
  public void releaseGlock() {
    if (glock != null) {
      glock.close();
      glock = null;
    }
  }
}
