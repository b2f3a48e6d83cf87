package glockenspiel.cli.demo;

import glockenspiel.cli.cluster.ClusterNode;
import glockenspiel.cli.demo.Observations.Seen;
import glockenspiel.journal.core.FencingState;
import glockenspiel.journal.core.JournalStatus;
import glockenspiel.lockmanager.core.Notice;
import glockenspiel.node.event.NodeEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;

/** The story of a fault: who, when, what, a line each; lines that repeat are folded. */
final class Timeline {
  private static final String WHO_LOCK_MANAGER = "lock-manager";
  private static final String WHO_JOURNAL_SERVICE = "journal-service";

  private record Line(long nanos, String who, String text, Tone tone) {}

  private record Folded(Line line, int times) {}

  private final long zeroNanos;

  /** Times count from here. */
  Timeline(long zeroNanos) {
    this.zeroNanos = zeroNanos;
  }

  /** The lines, aligned; in colours when the terminal shows them. */
  List<String> lines(List<Seen> seen, Ansi ansi) {
    List<Folded> folded = fold(seen);
    int width = folded.stream().mapToInt(each -> each.line.who.length()).max().orElse(0);
    List<String> lines = new ArrayList<>();
    for (Folded each : folded) {
      Line line = each.line;
      String times = each.times == 1 ? "" : "  (" + each.times + " times)";
      String text = line.text + times;
      lines.add(
          String.format(
              Locale.ROOT,
              "%11.3f ms  %-" + Math.max(1, width) + "s  %s",
              (line.nanos - zeroNanos) / 1e6,
              line.who,
              coloured(text, line.tone, ansi)));
    }
    return lines;
  }

  private static String coloured(String text, Tone tone, Ansi ansi) {
    if (!ansi.enabled() || tone.style().isEmpty()) {
      return text;
    }
    Ansi.IStyle[] styles = Ansi.Style.parse(tone.style());
    return Ansi.Style.on(styles) + text + Ansi.Style.reset.on();
  }

  /** A line that the same one said before, with nothing of its own in between, is counted there. */
  private static List<Folded> fold(List<Seen> seen) {
    List<Folded> folded = new ArrayList<>();
    for (Seen each : seen) {
      Line line = line(each);
      if (line == null) {
        continue;
      }
      int before = lastOf(line.who, folded);
      if (before >= 0 && folded.get(before).line.text.equals(line.text)) {
        Folded first = folded.get(before);
        folded.set(before, new Folded(first.line, first.times + 1));
      } else {
        folded.add(new Folded(line, 1));
      }
    }
    return folded;
  }

  private static int lastOf(String who, List<Folded> folded) {
    for (int index = folded.size() - 1; index >= 0; index--) {
      if (folded.get(index).line.who.equals(who)) {
        return index;
      }
    }
    return -1;
  }

  private static @Nullable Line line(Seen seen) {
    return switch (seen) {
      case Seen.Told told -> new Line(told.nanos(), told.who(), told.text(), told.tone());
      case Seen.OfNode of -> {
        String text = text(of.event());
        yield text == null
            ? null
            : new Line(of.nanos(), ClusterNode.nameOf(of.node()), text, tone(of.event()));
      }
      case Seen.OfLockManager of -> {
        String text = text(of.notice());
        yield text == null ? null : new Line(of.nanos(), WHO_LOCK_MANAGER, text, tone(of.notice()));
      }
      case Seen.OfJournal of -> {
        String text = text(of.status());
        yield text == null ? null : new Line(of.nanos(), WHO_JOURNAL_SERVICE, text, Tone.RECOVERY);
      }
    };
  }

  /** In words; null for what the story does not need. */
  private static @Nullable String text(NodeEvent event) {
    return switch (event) {
      case NodeEvent.StateChanged _, NodeEvent.GateChanged _ -> null;
      case NodeEvent.JournalGlockReleased released ->
          "journal glock %d and live glock released, live glock asked for: EX, TRY_1CB, NOEXP. %s"
              .formatted(released.jid(), released.detail());
      case NodeEvent.HeldBackReleased released -> released.detail() + ", session left";
      default -> event.detail();
    };
  }

  private static Tone tone(NodeEvent event) {
    return switch (event) {
      case NodeEvent.WithdrawStarted _, NodeEvent.SessionLost _, NodeEvent.ReplayFailed _ ->
          Tone.FAULT;
      case NodeEvent.SelfFenced _,
          NodeEvent.JournalGlockReleased _,
          NodeEvent.LiveRefused _,
          NodeEvent.LiveGranted _,
          NodeEvent.WaitingForReplay _,
          NodeEvent.SecondaryWithdraw _,
          NodeEvent.SessionBroken _ ->
          Tone.WITHDRAW;
      case NodeEvent.DemoteRequestSeen _,
          NodeEvent.JournalBusy _,
          NodeEvent.JournalChecked _,
          NodeEvent.ReplayDone _,
          NodeEvent.CleanReported _ ->
          Tone.RECOVERY;
      case NodeEvent.JournalClean _,
          NodeEvent.HeldBackReleased _,
          NodeEvent.Withdrawn _,
          NodeEvent.Mounted _ ->
          Tone.GOOD;
      default -> Tone.PLAIN;
    };
  }

  private static @Nullable String text(Notice notice) {
    return switch (notice) {
      case Notice.GateClosed closed ->
          "gate CLOSED, generation %d, for journals %s: %s"
              .formatted(closed.gate().generation(), closed.gate().pendingJids(), closed.reason());
      case Notice.GateOpened opened ->
          String.format(
              Locale.ROOT,
              "gate OPEN after %.3f ms, generation %d",
              opened.closedNanos() / 1e6,
              opened.generation());
      case Notice.JournalClean clean ->
          "%s clean, says %s; %d orphaned locks dropped"
              .formatted(
                  clean.jid() < 0
                      ? "every journal that no member owns is"
                      : "journal " + clean.jid() + " is",
                  clean.reporter(),
                  clean.orphansDropped());
      case Notice.WithdrawAnnounced announced ->
          "%s announces its withdraw: asks for the live glock EX, and every holder of it is told"
              .formatted(announced.nodeName());
      case Notice.SessionDisconnected gone -> gone.nodeName() + ": no connection, lease runs";
      case Notice.SessionReasserting back -> back.nodeName() + ": back, says what it holds";
      case Notice.SessionReasserted back ->
          "%s: goes on, %d locks reasserted".formatted(back.nodeName(), back.locks());
      case Notice.GraceEnded ended ->
          "grace period over, %d members have come back".formatted(ended.members());
      case Notice.SessionResumed back -> back.nodeName() + ": connected again";
      case Notice.SessionLost lost ->
          "%s: session lost, %s; %d locks kept as orphans"
              .formatted(lost.nodeName(), lost.reason(), lost.orphans());
      case Notice.FirstMounterChosen chosen -> chosen.nodeName() + " is first mounter now";
      case Notice.SessionLeft left -> left.nodeName() + " has left";
      case Notice.WaitCycleLasts(var cycle) -> "members wait for each other: " + cycle;
      case Notice.SessionJoined _ -> null;
    };
  }

  private static Tone tone(Notice notice) {
    return switch (notice) {
      case Notice.GateClosed _, Notice.GateOpened _ -> Tone.GATE;
      case Notice.SessionLost _ -> Tone.FAULT;
      case Notice.WithdrawAnnounced _, Notice.SessionDisconnected _ -> Tone.WITHDRAW;
      case Notice.JournalClean _ -> Tone.RECOVERY;
      default -> Tone.PLAIN;
    };
  }

  private static @Nullable String text(JournalStatus status) {
    if (status.fencing() == FencingState.OPEN) {
      return "jid=%d: open, epoch %d of %s"
          .formatted(status.jid(), status.epoch(), status.nodeName());
    }
    return "jid=%d: %s, epoch %d%s"
        .formatted(
            status.jid(),
            status.fencing().name().toLowerCase(Locale.ROOT),
            status.epoch(),
            status.reason().isEmpty() ? "" : ": " + status.reason());
  }
}
