package glockenspiel.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Debian's gfs2-utils, where they are installed. */
final class Gfs2Utils {
  /**
   * What fsck.gfs2 said.
   *
   * @param exitCode 0 if nothing is wrong
   * @param complaints all lines but those that it always prints
   */
  record Verdict(int exitCode, List<String> complaints) {
    boolean isClean() {
      return exitCode == 0 && complaints.isEmpty();
    }
  }

  private static final long TIMEOUT_SECONDS = 120;
  private static final Pattern USUAL =
      Pattern.compile(
          "Initializing fsck"
              + "|Validating resource group index\\."
              + "|Level 1 resource group check: .*"
              + "|\\(level 1 passed\\)"
              + "|Starting .*"
              + "|.* completed in .*"
              + "|Reconciling bitmaps\\."
              + "|[0-9]+ percent complete\\.\\s*"
              + "|fsck\\.gfs2 complete");

  private Gfs2Utils() {}

  static Optional<Path> find(String program) {
    return Stream.of("/usr/sbin", "/sbin", "/usr/local/sbin", "/usr/bin")
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  static boolean hasFsck() {
    return find("fsck.gfs2").isPresent();
  }

  /** Runs {@code fsck.gfs2 -n}. */
  static Verdict fsck(MemoryImage image, Path folder) throws IOException, InterruptedException {
    Path file = folder.resolve("checked.img");
    image.writeTo(file);
    List<String> lines = new ArrayList<>();
    int exitCode =
        run(folder, lines, find("fsck.gfs2").orElseThrow().toString(), "-n", file.toString());
    Files.delete(file);
    return new Verdict(
        exitCode,
        lines.stream().filter(line -> !USUAL.matcher(line).matches() && !line.isBlank()).toList());
  }

  /** Runs {@code mkfs.gfs2}. */
  static MemoryImage mkfs(FormatParameters parameters, Path folder)
      throws IOException, InterruptedException {
    Path file = folder.resolve("made.img");
    Files.write(file, new byte[Math.toIntExact(parameters.imageBytes())]);
    List<String> lines = new ArrayList<>();
    int exitCode =
        run(
            folder,
            lines,
            find("mkfs.gfs2").orElseThrow().toString(),
            "-q",
            "-O",
            "-p",
            "lock_dlm",
            "-t",
            parameters.lockTable(),
            "-U",
            parameters.uuid().toString(),
            "-j",
            Integer.toString(parameters.journals()),
            "-J",
            Long.toString(parameters.journalBytes() >> 20),
            "-b",
            Integer.toString(parameters.blockSize()),
            file.toString());
    if (exitCode != 0) {
      throw new IOException("mkfs.gfs2: " + lines);
    }
    byte[] bytes = Files.readAllBytes(file);
    Files.delete(file);
    return new MemoryImage(bytes, parameters.blockSize());
  }

  private static int run(Path folder, List<String> lines, String... command)
      throws IOException, InterruptedException {
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(String.join(" ", command) + " does not end");
    }
    lines.addAll(Files.readAllLines(output, StandardCharsets.UTF_8));
    return process.exitValue();
  }
}
