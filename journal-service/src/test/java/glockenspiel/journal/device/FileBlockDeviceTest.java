package glockenspiel.journal.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.journal.device.FileBlockDevice.Access;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.VirtualThreadOwner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract of a device, on a real file, whichever way its bytes go. */
@ParameterizedClass
@EnumSource(Transfer.class)
class FileBlockDeviceTest {
  private static final int SIZE = 8 << 20;

  @TempDir private Path folder;
  private final Transfer transfer;
  private final VirtualThreadOwner owner = new VirtualThreadOwner("test", (what, thrown) -> {});

  FileBlockDeviceTest(Transfer transfer) {
    this.transfer = transfer;
  }

  @BeforeEach
  void makeImage() throws IOException {
    Files.write(image(), new byte[SIZE]);
    DirectFolder.assumeFits(folder, transfer);
  }

  private FileBlockDevice open(Access access) throws IOException {
    return FileBlockDevice.open(image(), access, transfer, owner);
  }

  @AfterEach
  void stop() {
    owner.close();
  }

  private Path image() {
    return folder.resolve("image");
  }

  private static ByteBuffer bytes(SplittableRandom random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  @Test
  void aReadFillsItsPartOfABuffer() throws IOException {
    byte[] content = bytes(new SplittableRandom(2), SIZE).array();
    Files.write(image(), content);
    try (FileBlockDevice device = open(Access.READ)) {
      for (int length : new int[] {100, 1 << 20}) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(2 << 20).position(7).limit(7 + length);
        OwnerCalls.<@Nullable Void>call(owner, () -> device.read(4097, buffer));
        assertEquals(ByteBuffer.wrap(content, 4097, length), buffer);
        assertEquals(7, buffer.position());
        assertEquals(0, buffer.clear().get(6));
        assertEquals(0, buffer.get(7 + length));
      }
      ByteBuffer beyond = ByteBuffer.allocate(100);
      assertThrows(
          StorageException.class,
          () -> OwnerCalls.<@Nullable Void>call(owner, () -> device.read(SIZE - 99, beyond)));
    }
  }

  @Test
  void whatIsWrittenIsReadSmallOrLargeInARowOrNot() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    byte[] model = new byte[SIZE];
    try (FileBlockDevice device = open(Access.WRITE)) {
      assertEquals(SIZE, device.size());
      for (int run = 0; run < 50; run++) {
        List<DeviceWrite> writes = new ArrayList<>();
        long at = random.nextInt(SIZE / 2);
        while (writes.size() < 1 + random.nextInt(40)) {
          int length = random.nextInt(10) == 0 ? 300_000 : 1 + random.nextInt(9000);
          if (at + length > SIZE) {
            break;
          }
          ByteBuffer content = bytes(random, length);
          writes.add(new DeviceWrite(at, content));
          content.duplicate().get(model, (int) at, length);
          at += length + (random.nextBoolean() ? 0 : random.nextInt(5000));
        }
        OwnerCalls.call(owner, () -> device.write(writes));
        OwnerCalls.<@Nullable Void>call(owner, device::sync);
        writes.forEach(write -> assertEquals(0, write.bytes().position()));
      }
      ByteBuffer all = OwnerCalls.call(owner, () -> device.read(0, SIZE));
      assertEquals(ByteBuffer.wrap(model), all);
    }
    assertArrayEquals(model, Files.readAllBytes(image()));
  }

  @Test
  void pieceByPieceItIsWhatAnArrayWouldBe() throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    byte[] model = bytes(random, SIZE).array();
    Files.write(image(), model);
    try (FileBlockDevice device = open(Access.WRITE)) {
      for (int round = 0; round < 4000; round++) {
        int unit = random.nextBoolean() ? 512 : 4096;
        int length = unit * (1 + random.nextInt(random.nextInt(20) == 0 ? 400 : 12));
        int offset = unit * random.nextInt((SIZE - length) / unit + 1);
        if (random.nextBoolean()) {
          ByteBuffer content = bytes(random, length);
          content.duplicate().get(model, offset, length);
          List<DeviceWrite> writes = List.of(new DeviceWrite(offset, content));
          OwnerCalls.call(owner, () -> device.write(writes));
        } else {
          ByteBuffer read = OwnerCalls.call(owner, () -> device.read(offset, length));
          assertEquals(ByteBuffer.wrap(model, offset, length), read);
        }
      }
    }
    assertArrayEquals(model, Files.readAllBytes(image()));
  }

  @Test
  void readsBesideWritesSeeWhatIsNotWrittenUnchanged() throws IOException {
    SplittableRandom random = new SplittableRandom(4);
    byte[] model = bytes(random, SIZE).array();
    Files.write(image(), model);
    try (FileBlockDevice device = open(Access.WRITE)) {
      for (int round = 0; round < 200; round++) {
        int offset = 1024 * random.nextInt(SIZE / 1024 - 4);
        ByteBuffer content = bytes(random, 1024);
        content.duplicate().get(model, offset + 1024, 1024);
        List<Promise<ByteBuffer>> reads = new ArrayList<>();
        OwnerCalls.call(
            owner,
            () -> {
              Promise<@Nullable Void> written =
                  device.write(List.of(new DeviceWrite(offset + 1024, content)));
              // More than there are buffers for reads that do not fit.
              for (int i = 0; i < 20; i++) {
                reads.add(device.read(offset, 1024));
                reads.add(device.read(offset + 2048, 2048));
              }
              return written;
            });
        for (Promise<ByteBuffer> read : reads) {
          boolean before = reads.indexOf(read) % 2 == 0;
          ByteBuffer expected =
              before
                  ? ByteBuffer.wrap(model, offset, 1024)
                  : ByteBuffer.wrap(model, offset + 2048, 2048);
          assertEquals(expected, OwnerCalls.call(owner, () -> read));
        }
      }
    }
    assertArrayEquals(model, Files.readAllBytes(image()));
  }

  @Test
  void whatLiesOutsideFailsAndTheFileDoesNotGrow() throws IOException {
    try (FileBlockDevice device = open(Access.WRITE)) {
      List<DeviceWrite> behind = List.of(new DeviceWrite(SIZE - 1, ByteBuffer.allocate(2)));
      StorageException refused =
          assertThrows(
              StorageException.class, () -> OwnerCalls.call(owner, () -> device.write(behind)));
      assertEquals(StorageException.Reason.IO_ERROR, refused.reason());
      assertThrows(
          StorageException.class, () -> OwnerCalls.call(owner, () -> device.read(SIZE - 1, 2)));
    }
    assertEquals(SIZE, Files.size(image()));
  }

  @Test
  void aSecondOpenerIsRefusedAndTheFirstKeepsItsLock() throws IOException {
    try (FileBlockDevice first = open(Access.WRITE)) {
      for (int i = 0; i < 2; i++) {
        IOException refused = assertThrows(IOException.class, () -> open(Access.READ));
        assertTrue(String.valueOf(refused.getMessage()).contains("in use by this process"));
      }
      OwnerCalls.call(
          owner, () -> first.write(List.of(new DeviceWrite(0, ByteBuffer.allocate(8)))));
      assertTrue(isLockedForOthers(), "closing the second must not give up the first's lock");
    }
    open(Access.READ).close();
  }

  /** Asks another process. */
  private boolean isLockedForOthers() throws IOException {
    Path java = Path.of(System.getProperty("java.home", ""), "bin", "java");
    Path source = folder.resolve("TryLock.java");
    Files.writeString(
        source,
        """
        import java.nio.channels.FileChannel;
        import java.nio.file.*;
        class TryLock {
          public static void main(String[] image) throws Exception {
            try (var channel = FileChannel.open(Path.of(image[0]), StandardOpenOption.WRITE)) {
              System.exit(channel.tryLock() == null ? 7 : 0);
            }
          }
        }
        """);
    Process process =
        new ProcessBuilder(java.toString(), source.toString(), image().toString())
            .inheritIO()
            .start();
    try {
      return process.waitFor() == 7;
    } catch (InterruptedException interrupted) {
      throw new IOException(interrupted);
    }
  }

  @Test
  void aDeviceForReadingDoesNotWrite() throws IOException {
    try (FileBlockDevice device = open(Access.READ)) {
      List<DeviceWrite> writes = List.of(new DeviceWrite(0, ByteBuffer.allocate(8)));
      assertThrows(
          StorageException.class, () -> OwnerCalls.call(owner, () -> device.write(writes)));
    }
  }

  @Test
  void aMissingImageIsSaidInOneLine() {
    IOException missing =
        assertThrows(
            IOException.class,
            () -> FileBlockDevice.open(folder.resolve("nothing"), Access.READ, transfer, owner));
    assertTrue(String.valueOf(missing.getMessage()).endsWith("nothing does not exist"));
  }

  @Test
  void afterCloseEverythingFails() throws IOException {
    FileBlockDevice device = open(Access.WRITE);
    device.close();
    device.close();
    assertThrows(
        StorageException.class, () -> OwnerCalls.<@Nullable Void>call(owner, device::sync));
    assertThrows(StorageException.class, () -> OwnerCalls.call(owner, () -> device.read(0, 1)));
  }
}
