package glockenspiel.node.transaction;

import glockenspiel.node.glock.Glocks;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.runtime.state.InvariantViolation;
import glockenspiel.runtime.state.StateMachine.Table;
import java.nio.ByteBuffer;

/**
 * One block in the cache of a node. Readers use {@link #content} under a holder of the glock and
 * fetch it anew after each await and each modification: a change may put another buffer in its
 * place, because a buffer that was handed over to the storage never changes again.
 *
 * @see Glocks
 */
public final class CachedBlock {
  /** How the content relates to the device. */
  public enum State {
    /** The same as in place. */
    CLEAN,
    /**
     * Changed by a transaction that no flush has taken yet: must not be written in place (rule 5).
     */
    PINNED,
    /** In the flush that is on its way to the journal. */
    SENT,
    /** Durable in the journal, not yet in place: on the AIL. */
    LOGGED,
    /** File data that the next flush writes in place before its metadata (ordered mode). */
    DIRTY,
    /** File data that the flush on its way is writing in place. */
    WRITING,
    /** Freed: the object is not in the cache any more. */
    FREED
  }

  private static final Table<State> LEGAL =
      Table.of(State.class)
          .allow(State.CLEAN, State.PINNED, State.DIRTY, State.FREED)
          .allow(State.PINNED, State.SENT, State.FREED)
          .allow(State.SENT, State.LOGGED, State.PINNED, State.FREED)
          .allow(State.LOGGED, State.CLEAN, State.PINNED, State.FREED)
          .allow(State.DIRTY, State.WRITING, State.FREED)
          .allow(State.WRITING, State.CLEAN, State.DIRTY, State.FREED);

  private final long number;
  private final GlockName glock;
  private ByteBuffer content;
  private boolean handedOver;
  private State state = State.CLEAN;
  private long lastUse;

  CachedBlock(long number, GlockName glock, ByteBuffer content) {
    this.number = number;
    this.glock = glock;
    this.content = content;
  }

  /** The block's number in the volume. */
  public long number() {
    return number;
  }

  /** The glock under which it is cached. */
  public GlockName glock() {
    return glock;
  }

  /**
   * The present content, big-endian, one block from 0 to limit. To be read only; {@link
   * Transaction} gives writable ones.
   */
  public ByteBuffer content() {
    return content;
  }

  /** How the content relates to the device. */
  public State state() {
    return state;
  }

  /** Whether no flush has made the content durable yet. */
  boolean isUnflushed() {
    return state == State.PINNED
        || state == State.SENT
        || state == State.DIRTY
        || state == State.WRITING;
  }

  void become(State next) {
    if (!LEGAL.allows(state, next)) {
      throw new InvariantViolation(this + ": illegal transition to " + next);
    }
    state = next;
  }

  /** A buffer that may be changed: the content itself, or a copy that becomes the content. */
  ByteBuffer writable() {
    if (handedOver) {
      ByteBuffer copy = ByteBuffer.allocate(content.limit());
      copy.put(0, content, 0, content.limit());
      content = copy;
      handedOver = false;
    }
    return content;
  }

  /** The content as it is now, never to change again. */
  ByteBuffer handOver() {
    handedOver = true;
    return content.duplicate();
  }

  /** Whether the content is still what was handed over last. */
  boolean isHandedOver() {
    return handedOver;
  }

  long lastUse() {
    return lastUse;
  }

  void used(long tick) {
    lastUse = tick;
  }

  @Override
  public String toString() {
    return "block 0x" + Long.toHexString(number) + " of glock " + glock + " " + state;
  }
}
