package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.NodeMessage;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what the messages of a batch are about to need, before any of them is handled. Changes
 * nothing.
 *
 * <p>With millions of locks each step from a name to its place, its glock, its hold and the hold's
 * neighbours waits for memory. Handled one message after another these waits add up; here the same
 * step is done for all messages of the batch, and the processor waits for many of them at once.
 */
final class LookAhead {
  /** Fewer locks than these lie in the processor's caches anyway. */
  private static final int LOCKS_MIN = 32_768;

  private @Nullable Glock[] glocks = new @Nullable Glock[64];

  /** Means nothing, but reads whose result nobody keeps may be left out. */
  @SuppressWarnings("UnusedVariable")
  private long seen;

  void read(LockTable table, List<NodeMessage> messages) {
    if (table.size() < LOCKS_MIN || messages.size() < 2) {
      return;
    }
    int count = messages.size();
    if (glocks.length < count) {
      glocks = new @Nullable Glock[count];
    }
    for (NodeMessage message : messages) {
      GlockName name = glockOf(message);
      seen += name == null ? 0 : table.hashNear(name);
    }
    for (int i = 0; i < count; i++) {
      GlockName name = glockOf(messages.get(i));
      glocks[i] = name == null ? null : table.glockNear(name);
    }
    readGlocks(count);
    readHolds(count);
    readNeighbours(count);
    Arrays.fill(glocks, 0, count, null);
  }

  private static @Nullable GlockName glockOf(NodeMessage message) {
    return switch (message) {
      case NodeMessage.Acquire acquire -> acquire.glock();
      case NodeMessage.Lower lower -> lower.glock();
      default -> null;
    };
  }

  private void readGlocks(int count) {
    for (int i = 0; i < count; i++) {
      Glock glock = glocks[i];
      seen += glock == null ? 0 : glock.holderCount();
    }
  }

  private void readHolds(int count) {
    for (int i = 0; i < count; i++) {
      Hold hold = firstHolder(i);
      seen += hold == null ? 0 : hold.grantNumber;
    }
  }

  private void readNeighbours(int count) {
    for (int i = 0; i < count; i++) {
      Hold hold = firstHolder(i);
      seen += hold == null ? 0 : hold.sessionNext.grantNumber + hold.sessionPrevious.grantNumber;
    }
  }

  private @Nullable Hold firstHolder(int index) {
    Glock glock = glocks[index];
    return glock == null ? null : glock.firstHolder();
  }
}
