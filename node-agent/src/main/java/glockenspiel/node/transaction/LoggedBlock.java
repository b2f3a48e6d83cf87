package glockenspiel.node.transaction;

import glockenspiel.protocol.lock.GlockName;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The newest image that the journal's active region has of a block. */
final class LoggedBlock {
  private final long number;
  private final GlockName glock;
  private final LoggedFlush flush;
  private @Nullable ByteBuffer image;

  LoggedBlock(long number, GlockName glock, LoggedFlush flush, ByteBuffer image) {
    this.number = number;
    this.glock = glock;
    this.flush = flush;
    this.image = image;
  }

  long number() {
    return number;
  }

  GlockName glock() {
    return glock;
  }

  LoggedFlush flush() {
    return flush;
  }

  /** What must be written in place; null once it is. */
  @Nullable ByteBuffer image() {
    return image;
  }

  boolean isInPlace() {
    return image == null;
  }

  void setInPlace() {
    image = null;
  }
}
