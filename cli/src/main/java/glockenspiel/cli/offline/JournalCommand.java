package glockenspiel.cli.offline;

import com.fasterxml.jackson.annotation.JsonInclude;
import glockenspiel.cli.output.CommandFailure;
import glockenspiel.cli.output.ExitCode;
import glockenspiel.cli.output.Output;
import glockenspiel.cli.output.Table;
import glockenspiel.journal.core.ReplayListener;
import glockenspiel.journal.core.Volume;
import glockenspiel.journal.device.FileBlockDevice.Access;
import glockenspiel.journal.offline.OfflineVolume;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.JournalState;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.VolumeInfo;
import glockenspiel.runtime.task.Promise;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code glock journal}: looks at the journals of an image, and replays them. */
@Command(
    name = "journal",
    description =
        "Checks, replays and dumps the journals of an image that no journal-service has open.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class JournalCommand {
  /** Which journals of which image. */
  static final class Journals {
    @Parameters(index = "0", paramLabel = "IMAGE", description = "The image.")
    private Path image = Path.of("");

    @Option(names = "--jid", description = "Only this journal. Default: all.")
    private @Nullable Integer jid;

    private List<Integer> of(VolumeInfo volume) {
      if (jid == null) {
        return IntStream.range(0, volume.journals()).boxed().toList();
      }
      if (jid < 0 || jid >= volume.journals()) {
        throw CommandFailure.wrongUsage(
            "--jid " + jid + ": " + image + " has journals 0 to " + (volume.journals() - 1));
      }
      return List.of(jid);
    }
  }

  /** What {@code check} prints. */
  record Checked(String volume, int blockSize, List<CheckedJournal> journals) {}

  /** A journal; positions are blocks inside it. */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record CheckedJournal(
      int jid,
      JournalState state,
      @Nullable Long headBlock,
      @Nullable Long sequence,
      @Nullable Long tail,
      long blocks,
      @Nullable String problem) {
    private static CheckedJournal of(JournalCheck check) {
      boolean headed = check.headBlock() >= 0;
      return new CheckedJournal(
          check.jid(),
          check.state(),
          headed ? check.headBlock() : null,
          headed ? check.sequence() : null,
          headed ? check.tail() : null,
          check.blocks(),
          check.problem().isEmpty() ? null : check.problem());
    }
  }

  /** What {@code replay} prints. */
  record Replayed(List<ReplayedJournal> journals) {}

  /** What was done to a journal, and how it is now. */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record ReplayedJournal(
      int jid,
      JournalState state,
      int revokesFound,
      int blocksFound,
      int blocksReplayed,
      int dataBlocksFound,
      int dataBlocksReplayed,
      int blocksWritten,
      @Nullable Long headBlock,
      @Nullable Long sequence,
      long millis,
      @Nullable String problem) {
    private static ReplayedJournal of(ReplayResult result, JournalState state) {
      return new ReplayedJournal(
          result.jid(),
          state,
          result.revokesFound(),
          result.blocksFound(),
          result.blocksReplayed(),
          result.dataBlocksFound(),
          result.dataBlocksReplayed(),
          result.blocksWritten(),
          result.headBlock(),
          result.sequence(),
          result.millis(),
          null);
    }

    private static ReplayedJournal refused(int jid, String problem) {
      return new ReplayedJournal(
          jid, JournalState.CORRUPT, 0, 0, 0, 0, 0, 0, null, null, 0, problem);
    }
  }

  @Command(
      name = "check",
      description =
          "Says whether journals are clean. Changes nothing. Exit 1 unless all are clean.",
      mixinStandardHelpOptions = true)
  int check(@Mixin Journals which, @Mixin Output output) throws IOException {
    try (OfflineVolume offline = open(which.image, Access.READ)) {
      VolumeInfo volume = info(offline);
      List<CheckedJournal> journals = new ArrayList<>();
      for (int jid : which.of(volume)) {
        journals.add(CheckedJournal.of(offline.call(opened -> opened.check(jid))));
      }
      output.print(new Checked(volume.name(), volume.blockSize(), journals), table(journals));
      return exitCode(journals.stream().map(CheckedJournal::state).toList());
    }
  }

  private static List<String> table(List<CheckedJournal> journals) {
    Table table = new Table("JID", "STATE", "HEAD", "SEQUENCE", "TAIL", "BLOCKS", "PROBLEM");
    for (CheckedJournal journal : journals) {
      table.row(
          journal.jid(),
          journal.state(),
          orDash(journal.headBlock()),
          orDash(journal.sequence()),
          orDash(journal.tail()),
          journal.blocks(),
          journal.problem() == null ? "" : journal.problem());
    }
    return table.lines();
  }

  private static Object orDash(@Nullable Long value) {
    return value == null ? "-" : value;
  }

  @Command(
      name = "replay",
      description = {
        "Replays dirty journals, as the Linux kernel would at a mount, and leaves them clean.",
        "A journal that cannot be replayed whole is left as it is."
      },
      mixinStandardHelpOptions = true)
  int replay(
      @Mixin Journals which,
      @Option(names = "--dry-run", description = "Only says what would be done.") boolean dryRun,
      @Mixin Output output)
      throws IOException {
    try (OfflineVolume offline = open(which.image, dryRun ? Access.READ : Access.WRITE)) {
      List<ReplayedJournal> journals = new ArrayList<>();
      for (int jid : which.of(info(offline))) {
        journals.add(replay(offline, jid, dryRun));
      }
      output.print(new Replayed(journals), lines(journals, dryRun));
      boolean corrupt =
          journals.stream().anyMatch(journal -> journal.state() == JournalState.CORRUPT);
      return corrupt ? ExitCode.BAD_ANSWER : ExitCode.OK;
    }
  }

  private static ReplayedJournal replay(OfflineVolume offline, int jid, boolean dryRun) {
    try {
      if (dryRun) {
        ReplayResult result = offline.call(volume -> volume.rehearse(jid));
        return ReplayedJournal.of(
            result, result.replayed() ? JournalState.DIRTY : JournalState.CLEAN);
      }
      return ReplayedJournal.of(
          offline.call(volume -> volume.replay(jid, true, ReplayListener.NONE)),
          JournalState.CLEAN);
    } catch (StorageException refused) {
      if (refused.reason() != StorageException.Reason.JOURNAL_CORRUPT) {
        throw refused;
      }
      return ReplayedJournal.refused(jid, String.valueOf(refused.getMessage()));
    }
  }

  private static List<String> lines(List<ReplayedJournal> journals, boolean dryRun) {
    List<String> lines = new ArrayList<>();
    for (ReplayedJournal journal : journals) {
      lines.add(
          journal.problem() != null
              ? "jid=%d: CORRUPT, nothing changed: %s".formatted(journal.jid(), journal.problem())
              : "jid=%d: %s; %s %d of %d blocks, %d of %d data blocks, found %d revoke tags, wrote %d blocks in %d ms"
                  .formatted(
                      journal.jid(),
                      journal.state(),
                      dryRun ? "would replay" : "replayed",
                      journal.blocksReplayed(),
                      journal.blocksFound(),
                      journal.dataBlocksReplayed(),
                      journal.dataBlocksFound(),
                      journal.revokesFound(),
                      journal.blocksWritten(),
                      journal.millis()));
    }
    return lines;
  }

  @Command(
      name = "dump",
      description = {
        "Shows every header, descriptor, revoke and block of a journal, a line each.",
        "Readable beside gfs2_edit -p journalN."
      },
      mixinStandardHelpOptions = true)
  int dump(
      @Mixin Journals which,
      @Option(names = "--all", description = "Also what lies outside the active region.")
          boolean all,
      @Mixin Output output)
      throws IOException {
    if (which.jid == null) {
      throw CommandFailure.wrongUsage("--jid is missing: choose the journal to dump");
    }
    int jid = which.jid;
    try (OfflineVolume offline = open(which.image, Access.READ)) {
      which.of(info(offline));
      offline.<@Nullable Void>call(volume -> volume.dump(jid, all, output.out()::println));
      output.out().flush();
      return ExitCode.OK;
    }
  }

  private static OfflineVolume open(Path image, Access access) throws IOException {
    return OfflineVolume.open(image, access);
  }

  private static VolumeInfo info(OfflineVolume offline) {
    return offline.call((Volume volume) -> Promise.of(volume.info()));
  }

  private static int exitCode(List<JournalState> states) {
    return states.stream().allMatch(JournalState.CLEAN::equals) ? ExitCode.OK : ExitCode.BAD_ANSWER;
  }
}
