package glockenspiel.cli.cluster;

import glockenspiel.image.CheckReport;
import glockenspiel.image.ImageCheck;
import glockenspiel.image.JournalVerdict;
import glockenspiel.image.Problem;
import glockenspiel.journal.device.FileBlockDevice.Access;
import glockenspiel.journal.offline.OfflineVolume;
import glockenspiel.ondisk.BlockReader;
import glockenspiel.ondisk.Geometry;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.JournalState;
import glockenspiel.protocol.storage.VolumeInfo;
import glockenspiel.runtime.task.Promise;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What is to be said of an image at rest: by its journals, by our own check, and by {@code
 * fsck.gfs2 -n} where it is installed.
 *
 * @param journals all of them
 * @param problems what our check found, the first ones, one line each
 * @param problemsFound how many there are
 * @param fsck {@code clean}, {@code not-installed}, or what it said
 */
public record ImageVerdict(
    List<JournalCheck> journals, List<String> problems, long problemsFound, String fsck) {
  private static final List<Path> FSCK =
      List.of(Path.of("/usr/sbin/fsck.gfs2"), Path.of("/sbin/fsck.gfs2"));
  private static final String CLEAN = "clean";
  private static final String NOT_INSTALLED = "not-installed";
  private static final int PROBLEMS_KEPT = 20;
  private static final int FSCK_LINES_KEPT = 20;
  private static final long FSCK_SECONDS_MAX = 300;

  /** Copies the lists. */
  public ImageVerdict {
    journals = List.copyOf(journals);
    problems = List.copyOf(problems);
  }

  /** Looks at an image that nobody has open. Changes nothing. */
  public static ImageVerdict of(Path image) throws IOException, InterruptedException {
    List<JournalCheck> journals = new ArrayList<>();
    VolumeInfo volume;
    try (OfflineVolume offline = OfflineVolume.open(image, Access.READ)) {
      volume = offline.call(opened -> Promise.of(opened.info()));
      for (int jid = 0; jid < volume.journals(); jid++) {
        int which = jid;
        journals.add(offline.call(opened -> opened.check(which)));
      }
    }
    CheckReport report = check(image, volume, journals);
    return new ImageVerdict(
        journals,
        report.problems().stream().map(Problem::text).toList(),
        report.problemsFound(),
        fsck(image));
  }

  private static CheckReport check(Path image, VolumeInfo volume, List<JournalCheck> journals)
      throws IOException {
    List<JournalVerdict> verdicts =
        journals.stream()
            .map(
                journal ->
                    new JournalVerdict(
                        journal.jid(),
                        journal.state() == JournalState.CLEAN,
                        journal.state() + " " + journal.problem()))
            .toList();
    try (FileChannel file = FileChannel.open(image, StandardOpenOption.READ)) {
      return ImageCheck.check(
          Geometry.of(volume.blockSize()),
          file.size() / volume.blockSize(),
          reader(file, volume.blockSize()),
          verdicts,
          PROBLEMS_KEPT);
    }
  }

  private static BlockReader reader(FileChannel file, int blockSize) {
    return block -> {
      ByteBuffer content = ByteBuffer.allocate(blockSize);
      try {
        while (content.hasRemaining()) {
          if (file.read(content, block * blockSize + content.position()) < 0) {
            throw new EOFException("block " + block + " is behind the end of the image");
          }
        }
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
      return content.flip();
    };
  }

  private static String fsck(Path image) throws IOException, InterruptedException {
    Path program = FSCK.stream().filter(Files::isExecutable).findFirst().orElse(null);
    if (program == null) {
      return NOT_INSTALLED;
    }
    Path output = image.resolveSibling(image.getFileName() + ".fsck");
    try {
      Process process =
          new ProcessBuilder(program.toString(), "-n", image.toString())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      process.getOutputStream().close();
      if (!process.waitFor(FSCK_SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return "no end after " + FSCK_SECONDS_MAX + " s";
      }
      List<String> said =
          new String(Files.readAllBytes(output), StandardCharsets.UTF_8)
              .lines()
              .map(line -> line.replace('\r', ' ').strip())
              .filter(line -> !line.isEmpty() && !isProgress(line))
              .toList();
      if (process.exitValue() == 0 && said.isEmpty()) {
        return CLEAN;
      }
      String text = String.join("; ", said.subList(0, Math.min(FSCK_LINES_KEPT, said.size())));
      return "exit "
          + process.exitValue()
          + ": "
          + text
          + (said.size() > FSCK_LINES_KEPT
              ? "; and " + (said.size() - FSCK_LINES_KEPT) + " more lines"
              : "");
    } finally {
      Files.deleteIfExists(output);
    }
  }

  private static boolean isProgress(String line) {
    return line.matches(
        "Initializing fsck|Validating resource group index\\.|Level 1 resource group check: .*"
            + "|\\(level 1 passed\\)|Starting (pass\\d\\w?|check_statfs)|Reconciling bitmaps\\."
            + "|\\w+ completed in .*|fsck.gfs2 complete|.*percent complete.*");
  }

  /** {@code clean}, or the first problems. */
  public String imageCheck() {
    return problemsFound == 0
        ? CLEAN
        : problemsFound
            + " problems: "
            + String.join("; ", problems.subList(0, Math.min(3, problems.size())));
  }

  /** Whether fsck.gfs2 was there and found nothing. */
  public boolean isFsckClean() {
    return fsck.equals(CLEAN);
  }

  /** Whether fsck.gfs2 was there and found something. */
  public boolean isFsckUnhappy() {
    return !fsck.equals(CLEAN) && !fsck.equals(NOT_INSTALLED);
  }

  /** Whether nobody has found anything. */
  public boolean isClean() {
    return problemsFound == 0 && !isFsckUnhappy() && areJournalsClean();
  }

  /** Whether no journal waits for replay. */
  public boolean areJournalsClean() {
    return journals.stream().allMatch(journal -> journal.state() == JournalState.CLEAN);
  }
}
