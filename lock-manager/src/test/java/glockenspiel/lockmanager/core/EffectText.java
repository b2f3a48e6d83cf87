package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockManagerMessage.BecomeFirstMounter;
import glockenspiel.protocol.lock.LockManagerMessage.CheckJournals;
import glockenspiel.protocol.lock.LockManagerMessage.Demote;
import glockenspiel.protocol.lock.LockManagerMessage.GateChanged;
import glockenspiel.protocol.lock.LockManagerMessage.Left;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.Welcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/** Effects and pictures as lines of a script's trace. */
final class EffectText {
  private EffectText() {}

  /** The lines of one effect; streams are named by the function. */
  static List<String> lines(Effect effect, LongFunction<String> nodeOfStream) {
    return switch (effect) {
      case Effect.Welcome(long stream, Welcome welcome) ->
          List.of(nodeOfStream.apply(stream) + " <- welcome " + text(welcome));
      case Effect.Send(long stream, Batch<LockManagerMessage> batch) ->
          batchLines(nodeOfStream.apply(stream), batch);
      case Effect.CloseStream close ->
          List.of(
              nodeOfStream.apply(close.streamId())
                  + " <- closed "
                  + close.cause()
                  + (close.sessionLost() ? ", session lost: " : ": ")
                  + close.reason());
      case Effect.SetTimer timer ->
          List.of("~ timer " + timer.token() + " at " + timer.atNanos() / 1_000_000 + " ms");
      case Effect.LockChanged(String lockspace, var glock) ->
          List.of("! " + glock + " of " + lockspace + " has changed");
      case Effect.Notify notify -> List.of("* " + notify.notice());
    };
  }

  private static List<String> batchLines(String node, Batch<LockManagerMessage> batch) {
    if (batch.messages().isEmpty()) {
      return List.of(node + " <- has handled " + batch.acknowledged());
    }
    List<String> lines = new ArrayList<>();
    long number = batch.first();
    for (LockManagerMessage message : batch.messages()) {
      lines.add(node + " <- " + number++ + ": " + text(message));
    }
    return lines;
  }

  private static String text(Welcome welcome) {
    return "session "
        + welcome.sessionId()
        + ", slot "
        + welcome.slot()
        + ", handled "
        + welcome.received()
        + (welcome.firstMounter() ? ", first mounter" : "")
        + ", gate "
        + text(welcome.gate());
  }

  static String text(LockManagerMessage message) {
    return switch (message) {
      case Answer answer -> text(answer);
      case Demote demote ->
          "demote "
              + demote.glock()
              + " to "
              + demote.wanted()
              + ", grant "
              + demote.grantNumber()
              + ", gate "
              + text(demote.gate())
              + (demote.trace().isEmpty() ? "" : ", trace " + demote.trace());
      case GateChanged changed -> "gate " + text(changed.gate());
      case CheckJournals check ->
          "check journals but " + check.ownedJids() + ", gate " + text(check.gate());
      case BecomeFirstMounter become -> "become first mounter, gate " + text(become.gate());
      case Left left -> "left";
    };
  }

  private static String text(Answer answer) {
    String start = "#" + answer.requestId() + " " + answer.glock() + " " + answer.outcome();
    if (answer.outcome() != LockOutcome.GRANTED) {
      return answer.reason().isEmpty() ? start : start + " " + answer.reason();
    }
    return start
        + " "
        + answer.mode()
        + ", grant "
        + answer.grantNumber()
        + (answer.lockValue() == null ? "" : ", value " + answer.lockValue())
        + (answer.lockValueValid() ? "" : " (invalid)");
  }

  static String text(GateStatus gate) {
    String generation = "generation " + gate.generation();
    if (gate.isOpen()) {
      return "open (" + generation + ")";
    }
    return "closed ("
        + generation
        + (gate.firstMountPending() ? ", first mount" : "")
        + (gate.pendingJids().isEmpty() ? "" : ", journals " + gate.pendingJids())
        + ")";
  }

  static List<String> lines(LockInfo lock) {
    List<String> lines = new ArrayList<>();
    lines.add(
        lock.glock()
            + (lock.hasLockValue() ? lock.lockValueValid() ? " value" : " old value" : ""));
    for (LockInfo.Holder holder : lock.holders()) {
      lines.add(
          "  "
              + holder.nodeName()
              + " holds "
              + holder.mode()
              + ", grant "
              + holder.grantNumber()
              + (holder.lockDelayMillis() == 0 ? "" : ", delay " + holder.lockDelayMillis() + " ms")
              + (holder.demoteWanted() == null ? "" : ", asked for " + holder.demoteWanted())
              + (holder.orphan() ? ", orphan" : ""));
    }
    for (LockInfo.Waiter waiter : lock.waiters()) {
      lines.add(
          "  "
              + waiter.nodeName()
              + " waits for "
              + waiter.mode()
              + ", #"
              + waiter.requestId()
              + (waiter.flags() == 0 ? "" : " " + LockFlags.toString(waiter.flags()))
              + (waiter.conversion() ? ", conversion" : "")
              + (waiter.heldByGate() ? ", gate" : ""));
    }
    return lines;
  }

  /** The same, and how it was waited for. */
  static List<String> linesWithContention(LockInfo lock) {
    List<String> lines = new ArrayList<>(lines(lock));
    LockInfo.Contention contention = lock.contention();
    if (contention.waits() > 0) {
      lines.add(
          "  %d waits, %d demotes, waited %d ms, longest %d ms, contended %d ms"
              .formatted(
                  contention.waits(),
                  contention.demotes(),
                  contention.waitedNanos() / 1_000_000,
                  contention.longestWaitNanos() / 1_000_000,
                  contention.contendedNanos() / 1_000_000));
    }
    return lines;
  }
}
