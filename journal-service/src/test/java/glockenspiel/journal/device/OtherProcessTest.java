package glockenspiel.journal.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import glockenspiel.journal.device.FileBlockDevice.Access;
import glockenspiel.runtime.task.VirtualThreadOwner;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One image and two processes; and a real kernel that takes less than it is given. */
@Timeout(60)
class OtherProcessTest {
  private static final int SIZE = 4 * DeviceChild.PIECE;

  /** In the middle of the third piece. */
  private static final int LIMIT = 2 * DeviceChild.PIECE + DeviceChild.PIECE / 2;

  @TempDir private Path folder = Path.of("");

  private Path image() throws IOException {
    Path image = folder.resolve("image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(SIZE);
    }
    return image;
  }

  private static String child(Path image, String before) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                before + "exec \"$0\" -Xshare:auto -XX:TieredStopAtLevel=1 -cp \"$1\" $2 \"$3\"",
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                System.getProperty("java.class.path", ""),
                DeviceChild.class.getName(),
                image.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    return said.strip();
  }

  @Test
  void anImageThatIsOpenIsRefusedToOtherProcesses() throws Exception {
    Path image = image();
    VirtualThreadOwner owner = new VirtualThreadOwner("test", (what, thrown) -> {});
    try (FileBlockDevice open = FileBlockDevice.open(image, Access.WRITE, owner)) {
      assertEquals(
          "image " + image + " is in use by another process; stop that first", child(image, ""));
      assertEquals(SIZE, open.size());
    } finally {
      owner.close();
    }
    assertEquals("all is written", child(image, ""));
  }

  /** The file's size is limited: the kernel takes half of the piece, then nothing more. */
  @Test
  void aShortWriteIsGoneOnWithUntilTheKernelSaysWhy() throws Exception {
    Path image = image();
    String said = child(image, "ulimit -f " + LIMIT / 512 + "; ");
    assertEquals(
        "device %s: write of %d bytes at byte %d failed: File too large"
            .formatted(image, DeviceChild.PIECE, 2 * DeviceChild.PIECE),
        said);
    byte[] written = Files.readAllBytes(image);
    assertEquals(SIZE, written.length);
    assertEquals(1, written[LIMIT - 1], "the first half is there");
    assertEquals(0, written[LIMIT]);
  }
}
