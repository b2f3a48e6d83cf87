package glockenspiel.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import glockenspiel.cli.cluster.NewImage;
import glockenspiel.journal.device.VolumeStateFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong: one line that says what, where and what to do, and nothing is changed. */
class BadInputTest {
  @TempDir private Path folder = Path.of("");

  private Path image(String name) throws IOException {
    Path path = folder.resolve(name);
    NewImage.small(2).write(path);
    return path;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"journal check", "journal replay", "image info", "image check", "journal-service"})
  void noGfs2Image(String command) throws IOException {
    Path noise = folder.resolve("noise.img");
    byte[] bytes = new byte[1 << 20];
    new Random(7).nextBytes(bytes);
    Files.write(noise, bytes);
    run(command, noise)
        .refused(1, noise.toString(), "superblock mh_magic", "this is no GFS2 image");
    assertArrayEquals(bytes, Files.readAllBytes(noise));
    assertFalse(Files.exists(VolumeStateFile.of(noise)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"journal check", "journal replay", "image info", "journal-service"})
  void truncatedImage(String command) throws IOException {
    Path cut = image("cut.img");
    for (long bytes : new long[] {60L << 20, 2L << 20, 66_048, 65_000, 0}) {
      try (FileChannel file = FileChannel.open(cut, StandardOpenOption.WRITE)) {
        file.truncate(bytes);
      }
      run(command, cut).refused(1, cut.toString());
      assertEquals(bytes, Files.size(cut));
      assertFalse(Files.exists(VolumeStateFile.of(cut)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"journal check", "journal replay", "image info", "image check", "journal-service"})
  void missingImage(String command) {
    run(command, folder.resolve("nowhere.img")).refused(2, "nowhere.img", "image");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"journal check", "journal replay", "image info", "image check", "journal-service"})
  void imageThatSomebodyHasOpen(String command) throws IOException {
    Path used = image("used.img");
    try (FileChannel other =
            FileChannel.open(used, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock held = other.lock()) {
      assertEquals(other, held.acquiredBy());
      run(command, used).refused(4, used.toString(), "stop that first");
    }
  }

  /** A file that stays as it is, byte by byte, whatever is tried with it. */
  @Test
  void imageWithAJournalThatCannotBeRead() throws IOException {
    Path damaged = image("damaged.img");
    long inode =
        GlockRun.of("image", "info", damaged, "--json")
            .json()
            .get("journals")
            .get(1)
            .get("block")
            .longValue();
    try (FileChannel file = FileChannel.open(damaged, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(8), inode * 4096);
    }
    byte[] before = Files.readAllBytes(damaged);
    for (String command :
        new String[] {"journal check", "journal replay", "image info", "journal-service"}) {
      run(command, damaged)
          .refused(1, damaged.toString(), "block 0x" + Long.toHexString(inode), "mh_magic");
    }
    GlockRun check = run("image check", damaged);
    assertEquals(1, check.exitCode(), check.err());
    assertArrayEquals(before, Files.readAllBytes(damaged));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "status --lock-manager 127.0.0.1:1",
        "nodes --lock-manager 127.0.0.1:1",
        "locks --lock-manager 127.0.0.1:1",
        "journals --journal-service 127.0.0.1:1",
        "withdraw n1 --node 127.0.0.1:1",
        "mount n1 --node 127.0.0.1:1",
        "unmount 127.0.0.1:1"
      })
  void serviceThatIsNotThere(String command) {
    GlockRun.of((Object[]) command.split(" "))
        .refused(3, "127.0.0.1:1", "cannot be reached", "is it running?");
  }

  private static GlockRun run(String command, Path image) {
    if (command.equals("journal-service")) {
      return GlockRun.of(command, "--insecure", "--listen", "127.0.0.1:0", "--image", image);
    }
    Object[] words = Arrays.copyOf((Object[]) command.split(" "), 3, Object[].class);
    words[2] = image;
    return GlockRun.of(words);
  }
}
