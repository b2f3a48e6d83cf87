package glockenspiel.journal.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import glockenspiel.journal.device.FileBlockDevice.Access;
import glockenspiel.runtime.task.VirtualThreadOwner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is special about direct I/O. */
class DirectFileTest {
  /** A file of the kernel's, which does not do direct I/O. */
  private static final Path WITHOUT = Path.of("/proc/version");

  @TempDir private Path folder = Path.of("");
  private final VirtualThreadOwner owner = new VirtualThreadOwner("test", (what, thrown) -> {});

  @AfterEach
  void stop() {
    owner.close();
  }

  private Path image(int bytes) throws IOException {
    DirectFolder.assumeFits(folder, Transfer.DIRECT);
    return Files.write(folder.resolve("image"), new byte[bytes]);
  }

  private String refusal(Path image, Access access) {
    IOException refused =
        assertThrows(
            IOException.class,
            () -> FileBlockDevice.open(image, access, Transfer.DIRECT, owner).close());
    String said = String.valueOf(refused.getMessage());
    assertEquals(1, said.lines().count(), said);
    return said;
  }

  @Test
  void aFileSystemWithoutItIsNamedWithWhatToDo() throws IOException {
    assumeTrue(Files.isReadable(WITHOUT));
    for (int i = 0; i < 2; i++) {
      assertEquals(
          "image /proc/version cannot be used with direct I/O: its file system says: Invalid"
              + " argument; leave direct-io out",
          refusal(WITHOUT, Access.READ));
    }
  }

  @Test
  void aSizeThatDoesNotFitIsRefusedAndTheImageFreeAfterwards() throws IOException {
    Path image = image((1 << 20) + 512);
    for (int i = 0; i < 2; i++) {
      String said = refusal(image, Access.WRITE);
      assertTrue(said.contains(image + " cannot be used with direct I/O: its 1049088 bytes"), said);
      assertTrue(said.endsWith("leave direct-io out"), said);
    }
    FileBlockDevice.open(image, Access.WRITE, owner).close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 512, 4095})
  void aReadIntoAlignedMemoryIsTheSameAsAnyOther(int skipped) throws IOException {
    Path image = image(1 << 20);
    byte[] content = new byte[1 << 20];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) ((i * 31) >> 7);
    }
    Files.write(image, content);
    ByteBuffer into = AlignedMemory.allocate(1 << 20, 4096).position(skipped).limit(skipped + 8192);
    try (FileBlockDevice device =
        FileBlockDevice.open(image, Access.READ, Transfer.DIRECT, owner)) {
      OwnerCalls.call(owner, () -> device.read(65536, into));
    }
    assertEquals(skipped, into.position());
    assertEquals(ByteBuffer.wrap(content, 65536, 8192), into);
    into.clear();
    for (int i = 0; i < into.capacity(); i++) {
      if (i < skipped || i >= skipped + 8192) {
        assertEquals(0, into.get(i), "byte " + i);
      }
    }
  }

  @Test
  void aRunThatEndsBehindAFullStageKeepsItsNeighbours() throws IOException {
    int size = 3 << 20;
    Path image = image(size);
    byte[] model = new byte[size];
    Arrays.fill(model, (byte) 7);
    Files.write(image, model);
    // It begins inside a piece, fills the stage once, and ends inside a piece.
    byte[] content = new byte[(1 << 20) + 1024];
    Arrays.fill(content, (byte) 9);
    System.arraycopy(content, 0, model, 512, content.length);
    try (FileBlockDevice device =
        FileBlockDevice.open(image, Access.WRITE, Transfer.DIRECT, owner)) {
      List<DeviceWrite> run =
          List.of(
              new DeviceWrite(512, ByteBuffer.wrap(content, 0, 512)),
              new DeviceWrite(1024, ByteBuffer.wrap(content, 512, content.length - 512)));
      OwnerCalls.call(owner, () -> device.write(run));
    }
    assertArrayEquals(model, Files.readAllBytes(image));
    assertEquals(size, Files.size(image));
  }

  @Test
  void memoryIsAlignedAndAsLargeAsWanted() {
    for (int alignment : new int[] {512, 4096, 65536}) {
      ByteBuffer memory = AlignedMemory.allocate(100_000, alignment);
      assertEquals(0, memory.alignmentOffset(0, alignment));
      assertEquals(100_000, memory.capacity());
      assertFalse(memory.isReadOnly());
    }
  }
}
