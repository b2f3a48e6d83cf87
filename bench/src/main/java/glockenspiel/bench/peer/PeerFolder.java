package glockenspiel.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Folders that servers keep their files in. */
final class PeerFolder {
  private PeerFolder() {}

  /** An empty one on the disk that is measured. */
  static Path make(Path work) throws IOException {
    return Files.createTempDirectory(work.toAbsolutePath(), "bench-peer");
  }

  /** Deletes it with all that is in it. */
  static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
