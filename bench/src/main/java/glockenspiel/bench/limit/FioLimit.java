package glockenspiel.bench.limit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The same writes and syncs as {@link SyncLimit#ofBlocks}, made by {@code fio}: it says whether our
 * own limit is one of the disk, or of how we measure. The file is deleted with the close.
 */
final class FioLimit implements AutoCloseable {
  /** What brings it. */
  static final String INSTALL = "apt-get install fio brings it";

  private static final List<String> PLACES =
      List.of("/usr/bin/fio", "/usr/local/bin/fio", "/opt/homebrew/bin/fio");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double NANOS_OF_MICRO = 1e3;

  private final Path file;

  private FioLimit(Path file) {
    this.file = file;
  }

  /**
   * What a run of it took.
   *
   * @param medianMicros of a write, and of a sync, added
   * @param perSecond writes, each with its sync
   */
  record Result(double medianMicros, double perSecond) {}

  /** Whether it is installed. */
  static boolean isHere() {
    return program().findAny().isPresent();
  }

  private static Stream<Path> program() {
    return PLACES.stream().map(Path::of).filter(Files::isExecutable);
  }

  /**
   * Makes the file's name; the first run makes the file.
   *
   * @param folder on the disk that is to be measured
   */
  static FioLimit in(Path folder) throws IOException {
    return new FioLimit(Files.createTempFile(folder.toAbsolutePath(), "bench-fio", ".dat"));
  }

  /**
   * So many writes of 4 KiB, each behind the one before and synced.
   *
   * @param writes 1 to 4096: the file's 16 MiB, once around
   * @throws IOException when fio fails
   */
  Result measure(int writes) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                program().findFirst().orElseThrow(() -> new IOException(INSTALL)).toString(),
                "--name=sync",
                "--filename=" + file,
                "--rw=write",
                "--overwrite=1",
                "--bs=4k",
                "--size=16m",
                "--io_size=" + writes * 4L + "k",
                "--ioengine=psync",
                "--fdatasync=1",
                "--output-format=json")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    if (code != 0) {
      throw new IOException("fio failed with " + code + ": " + said);
    }
    return result(said);
  }

  /** Reads what fio prints. */
  static Result result(String json) throws IOException {
    JsonNode job = JSON.readTree(json).path("jobs").path(0);
    JsonNode write = job.path("write");
    double median = median(write.path("clat_ns")) + median(job.path("sync").path("lat_ns"));
    return new Result(median, write.path("iops").asDouble());
  }

  private static double median(JsonNode times) throws IOException {
    JsonNode nanos = times.path("percentile").path("50.000000");
    if (!nanos.isNumber()) {
      throw new IOException("fio printed no median: " + times);
    }
    return nanos.asDouble() / NANOS_OF_MICRO;
  }

  @Override
  public void close() throws IOException {
    Files.delete(file);
  }
}
