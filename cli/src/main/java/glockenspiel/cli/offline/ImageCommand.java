package glockenspiel.cli.offline;

import glockenspiel.cli.output.ByteSize;
import glockenspiel.cli.output.ExitCode;
import glockenspiel.cli.output.Output;
import glockenspiel.cli.output.Table;
import glockenspiel.image.CheckReport;
import glockenspiel.image.ImageCheck;
import glockenspiel.image.ImageInfo;
import glockenspiel.image.JournalVerdict;
import glockenspiel.journal.core.Volume;
import glockenspiel.journal.device.FileBlockDevice.Access;
import glockenspiel.journal.offline.OfflineVolume;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.Superblock;
import glockenspiel.ondisk.inode.StatfsChange;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.JournalState;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.runtime.task.Promise;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code glock image}: describes and checks a whole image. */
@Command(
    name = "image",
    description = "Describes and checks an image that no journal-service has open.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class ImageCommand {
  /** What {@code info} prints; sizes in blocks unless the name says otherwise. */
  record Info(
      String volume,
      String uuid,
      String lockProtocol,
      int blockSize,
      int format,
      long blocks,
      Counts statfs,
      List<Group> resourceGroups,
      List<Journal> journals,
      List<Node> nodes) {}

  /** Counts of a volume, or a change of them. */
  record Counts(long total, long free, long dinodes) {
    private static Counts of(StatfsChange statfs) {
      return new Counts(statfs.total(), statfs.free(), statfs.dinodes());
    }
  }

  /** A resource group. */
  record Group(
      long block, int bitmapBlocks, long firstDataBlock, int dataBlocks, int free, int dinodes) {}

  /** A journal's inode. */
  record Journal(int jid, long block, long bytes, long blocks, int extents) {}

  /** The files of the node that owns a journal: their blocks, and the statfs change. */
  record Node(
      int jid,
      long inumRangeBlock,
      long statfsChangeBlock,
      long quotaChangeBlock,
      Counts statfsChange) {}

  /** What {@code check} prints. */
  record Checked(
      boolean clean,
      long problemsFound,
      List<Found> problems,
      List<String> notes,
      long directories,
      long files) {}

  /** A problem. */
  record Found(long block, String structure, String field, String value, String expected) {}

  @Command(
      name = "info",
      description = "Shows superblock, resource groups, journals, statfs and the nodes' files.",
      mixinStandardHelpOptions = true)
  int info(
      @Parameters(index = "0", paramLabel = "IMAGE", description = "The image.") Path path,
      @Mixin Output output)
      throws IOException {
    try (ImageFile file = ImageFile.read(path)) {
      Superblock superblock = file.superblock();
      int blockSize = superblock.geometry().blockSize();
      ImageInfo info =
          file.named(
              () ->
                  ImageInfo.read(
                      superblock.geometry(), file.size() / blockSize, file.blocks(blockSize)));
      Info view = view(info);
      output.print(view, lines(view));
      return ExitCode.OK;
    }
  }

  private static Info view(ImageInfo info) {
    Superblock superblock = info.superblock();
    return new Info(
        superblock.lockTable(),
        superblock.uuid().toString(),
        superblock.lockProtocol(),
        superblock.geometry().blockSize(),
        superblock.format(),
        info.blocks(),
        Counts.of(info.statfs()),
        info.resourceGroups().stream()
            .map(
                group ->
                    new Group(
                        group.address(),
                        group.length(),
                        group.data0(),
                        group.data(),
                        group.free(),
                        group.dinodes()))
            .toList(),
        info.journals().stream()
            .map(
                journal ->
                    new Journal(
                        journal.jid(),
                        journal.inode().address(),
                        journal.bytes(),
                        journal.blocks(),
                        journal.extents().size()))
            .toList(),
        info.nodes().stream()
            .map(
                node ->
                    new Node(
                        node.jid(),
                        node.inumRangeInode().address(),
                        node.statfsChangeInode().address(),
                        node.quotaChangeInode().address(),
                        Counts.of(node.statfsChange())))
            .toList());
  }

  private static List<String> lines(Info info) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s  uuid %s  %s  format %d"
            .formatted(info.volume(), info.uuid(), info.lockProtocol(), info.format()));
    lines.add(
        "%d blocks of %d bytes (%s)  statfs total %d free %d dinodes %d"
            .formatted(
                info.blocks(),
                info.blockSize(),
                ByteSize.format(info.blocks() * info.blockSize()),
                info.statfs().total(),
                info.statfs().free(),
                info.statfs().dinodes()));
    lines.add("");
    Table groups = new Table("RESOURCE GROUP", "BITMAPS", "FIRST DATA", "DATA", "FREE", "DINODES");
    info.resourceGroups()
        .forEach(
            group ->
                groups.row(
                    hex(group.block()),
                    group.bitmapBlocks(),
                    hex(group.firstDataBlock()),
                    group.dataBlocks(),
                    group.free(),
                    group.dinodes()));
    lines.addAll(groups.lines());
    lines.add("");
    Table journals =
        new Table(
            "JID", "JOURNAL", "BLOCKS", "EXTENTS", "INUM RANGE", "STATFS CHANGE", "QUOTA CHANGE");
    for (Journal journal : info.journals()) {
      Node node =
          info.nodes().stream()
              .filter(each -> each.jid() == journal.jid())
              .findFirst()
              .orElse(new Node(journal.jid(), 0, 0, 0, new Counts(0, 0, 0)));
      journals.row(
          journal.jid(),
          hex(journal.block()),
          journal.blocks(),
          journal.extents(),
          hex(node.inumRangeBlock()),
          "%s %+d/%+d/%+d"
              .formatted(
                  hex(node.statfsChangeBlock()),
                  node.statfsChange().total(),
                  node.statfsChange().free(),
                  node.statfsChange().dinodes()),
          hex(node.quotaChangeBlock()));
    }
    lines.addAll(journals.lines());
    return lines;
  }

  private static String hex(long block) {
    return "0x" + Long.toHexString(block);
  }

  @Command(
      name = "check",
      description =
          "Checks the consistency of the whole image. Changes nothing. Exit 1 unless it is clean.",
      mixinStandardHelpOptions = true)
  int check(
      @Parameters(index = "0", paramLabel = "IMAGE", description = "The image.") Path path,
      @Mixin Output output)
      throws IOException {
    Geometry geometry;
    try (ImageFile file = ImageFile.read(path)) {
      geometry = file.superblock().geometry();
    }
    JournalsSeen journals = journals(path);
    try (ImageFile file = ImageFile.read(path)) {
      int blockSize = geometry.blockSize();
      CheckReport report =
          ImageCheck.check(
              geometry, file.size() / blockSize, file.blocks(blockSize), journals.verdicts());
      if (report.isClean() && journals.unreadable() != null) {
        throw journals.unreadable();
      }
      output.print(view(report), lines(report));
      return report.isClean() ? ExitCode.OK : ExitCode.BAD_ANSWER;
    }
  }

  /** What a look at the journals says, or why even that is impossible. */
  private record JournalsSeen(
      List<JournalVerdict> verdicts, @Nullable StorageException unreadable) {}

  private static JournalsSeen journals(Path path) throws IOException {
    List<JournalVerdict> verdicts = new ArrayList<>();
    try (OfflineVolume offline = OfflineVolume.open(path, Access.READ)) {
      int count = offline.call((Volume volume) -> Promise.of(volume.info())).journals();
      for (int jid = 0; jid < count; jid++) {
        int wanted = jid;
        JournalCheck check = offline.call(volume -> volume.check(wanted));
        String text =
            check.state() == JournalState.DIRTY ? "dirty, replay it first" : check.problem();
        verdicts.add(new JournalVerdict(jid, check.state() == JournalState.CLEAN, text));
      }
      return new JournalsSeen(verdicts, null);
    } catch (StorageException unreadable) {
      return new JournalsSeen(List.of(), unreadable);
    }
  }

  private static Checked view(CheckReport report) {
    return new Checked(
        report.isClean(),
        report.problemsFound(),
        report.problems().stream()
            .map(
                problem ->
                    new Found(
                        problem.block(),
                        problem.structure(),
                        problem.field(),
                        problem.found(),
                        problem.expected()))
            .toList(),
        report.notes(),
        report.directories(),
        report.files());
  }

  private static List<String> lines(CheckReport report) {
    List<String> lines = new ArrayList<>();
    report.problems().forEach(problem -> lines.add(problem.text()));
    report.notes().forEach(note -> lines.add("note: " + note));
    lines.add(
        report.isClean()
            ? "clean: %d directories, %d files".formatted(report.directories(), report.files())
            : "%d problems; %d directories, %d files"
                .formatted(report.problemsFound(), report.directories(), report.files()));
    return lines;
  }
}
