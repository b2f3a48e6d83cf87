package glockenspiel.ondisk.inode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.ImageExtract;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class InodeContentTest {
  private static final Geometry GEOMETRY = Geometry.of(512);

  private final TreeMap<Long, ByteBuffer> blocks = new TreeMap<>();
  private final InodeContent content =
      new InodeContent(
          new BlockMap(
              GEOMETRY, 1000, block -> blocks.getOrDefault(block, ByteBuffer.allocate(512))));

  @ParameterizedTest
  @ValueSource(ints = {0100600, 040755})
  void readsAcrossBlocksAndHoles(int mode) {
    boolean directory = mode == 040755;
    int perBlock = directory ? 488 : 512;
    Dinode dinode = Dinode.format(ByteBuffer.allocate(512), 300, GEOMETRY, 1, mode);
    dinode.setHeight(1);
    byte[] model = new byte[10 * perBlock - 77];
    dinode.setSize(model.length);
    new Random(3).nextBytes(model);
    for (int i = 0; i < 10; i++) {
      int length = Math.min(perBlock, model.length - i * perBlock);
      if (i == 4) {
        Arrays.fill(model, i * perBlock, i * perBlock + length, (byte) 0);
        continue;
      }
      ByteBuffer block = ByteBuffer.allocate(512);
      if (directory) {
        MetaHeader.write(block, MetaType.JOURNALED_DATA);
      }
      block.put(512 - perBlock, model, i * perBlock, length);
      blocks.put(400L + i, block);
      dinode.setPointer(i, 400 + i);
    }
    Random random = new Random(4);
    for (int round = 0; round < 1000; round++) {
      int from = random.nextInt(model.length);
      int length = random.nextInt(model.length - from + 1);
      byte[] read = new byte[length];
      content.read(dinode, from, ByteBuffer.wrap(read));
      assertArrayEquals(Arrays.copyOfRange(model, from, from + length), read);
    }
    ByteBuffer tooLong = ByteBuffer.allocate(model.length + 1);
    assertThrows(CorruptBlockException.class, () -> content.read(dinode, 0, tooLong));
    if (directory) {
      blocks.remove(403L);
      assertThrows(
          CorruptBlockException.class,
          () -> content.read(dinode, 0, ByteBuffer.allocate(model.length)));
    }
  }

  @Test
  void readsQuotasThatMkfsWrote() {
    ImageExtract image = ImageExtract.load("mkfs-4k.gz");
    Dinode quota = Dinode.of(image.read(0x122c), 0x122c, image.geometry());
    ByteBuffer entries = ByteBuffer.allocate((int) quota.size());
    new InodeContent(new BlockMap(image.geometry(), image.limit(), image)).read(quota, 0, entries);
    assertEquals(2 * Quota.BYTES, entries.limit());
    assertEquals(new Quota(0, 0, 1), Quota.read(entries, 0));
    assertEquals(new Quota(0, 0, 1), Quota.read(entries, Quota.BYTES));
    ByteBuffer written = ByteBuffer.allocate(2 * Quota.BYTES);
    new Quota(0, 0, 1).write(written, 0);
    new Quota(0, 0, 1).write(written, Quota.BYTES);
    assertEquals(entries.flip(), written);
    ByteBuffer changes = ByteBuffer.allocate(4096);
    QuotaChange.formatBlock(changes, image.geometry());
    assertEquals(image.read(0x1025 + 1), changes);
    QuotaChange change = new QuotaChange(-5, true, 1000);
    change.write(changes, QuotaChange.slots(image.geometry()) - 1);
    assertEquals(change, QuotaChange.read(changes, 253));
  }

  @Test
  void indirectBlocksHoldPointers() {
    ByteBuffer buffer = ByteBuffer.allocate(512);
    IndirectBlock indirect = IndirectBlock.format(buffer, 7, GEOMETRY);
    assertTrue(indirect.isEmpty());
    indirect.setPointer(60, 99);
    assertFalse(indirect.isEmpty());
    assertEquals(99, IndirectBlock.of(buffer, 7, GEOMETRY).pointer(60));
    assertEquals(99, buffer.getLong(504));
    assertThrows(IndexOutOfBoundsException.class, () -> indirect.pointer(61));
    buffer.putInt(4, 4);
    assertThrows(CorruptBlockException.class, () -> IndirectBlock.of(buffer, 7, GEOMETRY));
  }
}
