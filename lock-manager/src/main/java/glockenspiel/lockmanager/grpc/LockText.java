package glockenspiel.lockmanager.grpc;

import glockenspiel.lockmanager.core.LockInfo;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import java.util.ArrayList;
import java.util.List;

/**
 * Glocks as text, in the form of GFS2's debugfs file: a line for the glock, and below it one for
 * each node that holds it or waits for it.
 *
 * <pre>
 * G:  s:EX n:2/1a3 v:valid
 *  H: s:EX f:H i:7 g:42 d:UN [node-1]
 *  H: s:SH f:WT i:9 r:3 w:1250 [node-2]
 * </pre>
 *
 * {@code s} mode; {@code n} type and number; {@code v} lock value; {@code i} session; {@code g}
 * grant number; {@code l} lock delay, in milliseconds; {@code d} the mode of a demote request;
 * {@code r} request; {@code w} waiting, in milliseconds; {@code f} flags: H holds, o as an orphan,
 * W waits, G held back by the gate, c conversion, t TRY, T TRY_1CB, e NOEXP, p PRIORITY, A ANY.
 */
final class LockText {
  private LockText() {}

  static List<String> lines(LockInfo lock, long nowNanos) {
    List<String> lines = new ArrayList<>();
    LockMode strongest = LockMode.UN;
    for (LockInfo.Holder holder : lock.holders()) {
      if (holder.mode().compareTo(strongest) > 0) {
        strongest = holder.mode();
      }
    }
    lines.add(
        "G:  s:"
            + strongest
            + " n:"
            + lock.glock()
            + (lock.hasLockValue() ? " v:" + (lock.lockValueValid() ? "valid" : "old") : ""));
    for (LockInfo.Holder holder : lock.holders()) {
      lines.add(
          " H: s:"
              + holder.mode()
              + (holder.orphan() ? " f:Ho i:" : " f:H i:")
              + holder.sessionId()
              + " g:"
              + holder.grantNumber()
              + (holder.lockDelayMillis() == 0 ? "" : " l:" + holder.lockDelayMillis())
              + (holder.demoteWanted() == null ? "" : " d:" + holder.demoteWanted())
              + " ["
              + holder.nodeName()
              + "]");
    }
    for (LockInfo.Waiter waiter : lock.waiters()) {
      lines.add(
          " H: s:"
              + waiter.mode()
              + " f:"
              + flags(waiter)
              + " i:"
              + waiter.sessionId()
              + " r:"
              + Long.toUnsignedString(waiter.requestId())
              + " w:"
              + (nowNanos - waiter.sinceNanos()) / 1_000_000
              + " ["
              + waiter.nodeName()
              + "]");
    }
    return lines;
  }

  private static String flags(LockInfo.Waiter waiter) {
    StringBuilder flags = new StringBuilder("W");
    append(flags, waiter.heldByGate(), 'G');
    append(flags, waiter.conversion(), 'c');
    append(flags, LockFlags.has(waiter.flags(), LockFlags.TRY), 't');
    append(flags, LockFlags.has(waiter.flags(), LockFlags.TRY_1CB), 'T');
    append(flags, LockFlags.has(waiter.flags(), LockFlags.NOEXP), 'e');
    append(flags, LockFlags.has(waiter.flags(), LockFlags.PRIORITY), 'p');
    append(flags, LockFlags.has(waiter.flags(), LockFlags.ANY), 'A');
    return flags.toString();
  }

  private static void append(StringBuilder flags, boolean set, char letter) {
    if (set) {
      flags.append(letter);
    }
  }
}
