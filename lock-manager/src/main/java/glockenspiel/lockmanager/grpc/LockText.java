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
 *  C: w:12 d:9 t:3100 m:1200 h:2900
 * </pre>
 *
 * {@code s} mode; {@code n} type and number; {@code v} lock value; {@code i} session; {@code g}
 * grant number; {@code l} lock delay, in milliseconds; {@code d} the mode of a demote request;
 * {@code r} request; {@code w} waiting, in milliseconds; {@code f} flags: H holds, o as an orphan,
 * W waits, G held back by the gate, c conversion, t TRY, T TRY_1CB, e NOEXP, p PRIORITY, A ANY. The
 * last line is there when somebody has ever waited: {@code w} waits, {@code d} demote requests,
 * {@code t} time waited, {@code m} the longest wait, {@code h} time held while somebody waited, in
 * milliseconds.
 *
 * <p>The kernel's file has s, n, f, t, d, a, v, r and m on the first line and s, f, e, p on the
 * others; s, n and the flags H, W, t, T, e, p and A mean the same here. What belongs to one node
 * alone (its holders, its AIL) is in the dump of that node.
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
    LockInfo.Contention contention = lock.contention();
    if (contention.waits() > 0 || contention.demotes() > 0) {
      lines.add(
          " C: w:"
              + contention.waits()
              + " d:"
              + contention.demotes()
              + " t:"
              + contention.waitedNanos() / 1_000_000
              + " m:"
              + contention.longestWaitNanos() / 1_000_000
              + " h:"
              + contention.contendedNanos() / 1_000_000);
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
