package glockenspiel.journal.offline;

import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.journal.device.FileBlockDevice.Access;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** {@code gfs2_edit}, where it is installed: shows journals. */
final class Gfs2Edit {
  private static final Path PROGRAM = Path.of("/usr/sbin/gfs2_edit");

  private Gfs2Edit() {}

  static boolean isInstalled() {
    return Files.isExecutable(PROGRAM);
  }

  /**
   * What it shows of a journal, our dump shows too, in the same order.
   *
   * @return how many lines it shows
   */
  static int assertShowsWhatWeShow(Path image, int jid) throws IOException {
    List<String> ours = new ArrayList<>();
    try (OfflineVolume offline = OfflineVolume.open(image, Access.READ)) {
      offline.call(volume -> volume.dump(jid, true, ours::add));
    }
    Process edit =
        new ProcessBuilder(PROGRAM.toString(), "-p", "journal" + jid, image.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<String> theirs;
    try (InputStream output = edit.getInputStream()) {
      theirs =
          new String(output.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> line.startsWith("0x"))
              .toList();
    }
    Iterator<String> lines = ours.iterator();
    for (String their : theirs) {
      boolean found = false;
      while (!found && lines.hasNext()) {
        found = lines.next().startsWith(their);
      }
      assertTrue(found, their);
    }
    return theirs.size();
  }
}
