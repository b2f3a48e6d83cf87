package glockenspiel.node.glock;

import glockenspiel.runtime.task.SerialOwner;
import org.jspecify.annotations.Nullable;

/**
 * For how long one request for a holder waits: as long as it takes, until a time is over, or until
 * somebody says that it is enough. Serves one request. All methods belong to the owner.
 */
public final class Patience {
  private final long nanos;
  private boolean over;
  private @Nullable Runnable giveUp;
  private SerialOwner.@Nullable Timer timer;

  private Patience(long nanos) {
    this.nanos = nanos;
  }

  /** Until {@link #end}. */
  public static Patience endless() {
    return new Patience(Long.MAX_VALUE);
  }

  /**
   * Until so many nanoseconds after the request begins to wait, or {@link #end}.
   *
   * @param nanos {@code Long.MAX_VALUE} for no limit
   */
  public static Patience of(long nanos) {
    return new Patience(nanos);
  }

  /** Enough: if the request still waits, now or later, it ends CANCELLED. */
  public void end() {
    over = true;
    Runnable waiting = giveUp;
    if (waiting != null) {
      stop();
      waiting.run();
    }
  }

  /** The request waits from now on. */
  void begin(SerialOwner owner, Runnable onGiveUp) {
    giveUp = onGiveUp;
    if (over) {
      end();
    } else if (nanos < Long.MAX_VALUE) {
      timer = owner.after(nanos, this::end);
    }
  }

  /** The request waits no more. */
  void stop() {
    giveUp = null;
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }
}
