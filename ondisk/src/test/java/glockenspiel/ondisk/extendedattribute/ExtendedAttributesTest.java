package glockenspiel.ondisk.extendedattribute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.ImageExtract;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.inode.BlockMap;
import glockenspiel.ondisk.inode.Dinode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class ExtendedAttributesTest {
  private static final Geometry GEOMETRY = Geometry.of(512);

  private static List<String> blocks(Dinode dinode, BlockMap map) {
    List<String> seen = new ArrayList<>();
    ExtendedAttributes.forEachBlock(
        dinode,
        map,
        new AttributeVisitor() {
          @Override
          public void indirect(long block) {
            seen.add("indirect 0x" + Long.toHexString(block));
          }

          @Override
          public void attributes(AttributeBlock attributes) {
            StringBuilder names = new StringBuilder();
            for (int at = attributes.first(); at != AttributeBlock.NONE; at = attributes.next(at)) {
              if (attributes.isUsed(at)) {
                names.append(' ').append(attributes.typeCode(at)).append(':');
                names.append(new String(attributes.name(at), StandardCharsets.UTF_8));
                names.append('=').append(attributes.valueLength(at));
              }
            }
            seen.add("attributes 0x" + Long.toHexString(attributes.block()) + names);
          }

          @Override
          public void value(long block) {
            seen.add("value 0x" + Long.toHexString(block));
          }
        });
    return seen;
  }

  private static List<String> kernel(long block) {
    ImageExtract image = ImageExtract.load("xattr-4k.gz");
    Dinode dinode = Dinode.of(image.read(block), block, image.geometry());
    return blocks(dinode, new BlockMap(image.geometry(), image.limit(), image));
  }

  @Test
  void readsTheKernelsAttributes() {
    assertEquals(
        List.of("attributes 0xf9c 1:x00=400 1:x01=400 1:x02=400 1:x03=400 1:x04=400 1:x05=400"),
        kernel(0xee8));
    assertEquals(
        List.of(
            "indirect 0x103e",
            "attributes 0x103d 1:x00=700 1:x01=700 1:x02=700 1:x03=700 1:x04=700",
            "attributes 0x103f 1:x05=700 1:x06=700 1:x07=700 1:x08=700 1:x09=700",
            "attributes 0x1040 1:x10=700 1:x11=700 1:x12=700 1:x13=700 1:x14=700",
            "attributes 0x1041 1:x15=700 1:x16=700 1:x17=700 1:x18=700 1:x19=700"),
        kernel(0xef4));
    assertEquals(List.of(), kernel(0x818));
  }

  /**
   * One record: a used one of 2 value blocks in block 400, whose data is 500 bytes in 401 and 402.
   */
  private static TreeMap<Long, ByteBuffer> small() {
    TreeMap<Long, ByteBuffer> blocks = new TreeMap<>();
    ByteBuffer attributes = ByteBuffer.allocate(512);
    MetaHeader.write(attributes, MetaType.EXTENDED_ATTRIBUTE);
    attributes.putInt(24, 40).putInt(28, 500).put(32, (byte) 3).put(33, (byte) 1).put(35, (byte) 2);
    attributes.put(40, new byte[] {'a', 'b', 'c'}).putLong(48, 401).putLong(56, 402);
    attributes.putInt(64, 448).putInt(68, 5).put(72, (byte) 1).put(73, (byte) 4).put(74, (byte) 1);
    attributes.put(80, new byte[] {'x', 1, 2, 3, 4, 5});
    blocks.put(400L, attributes);
    for (long block = 401; block <= 402; block++) {
      ByteBuffer value = ByteBuffer.allocate(512);
      MetaHeader.write(value, MetaType.EXTENDED_ATTRIBUTE_DATA);
      blocks.put(block, value);
    }
    return blocks;
  }

  private static ByteBuffer block(TreeMap<Long, ByteBuffer> blocks, long number) {
    return blocks.getOrDefault(number, ByteBuffer.allocate(512));
  }

  private static List<String> blocks(TreeMap<Long, ByteBuffer> blocks) {
    Dinode dinode = Dinode.format(ByteBuffer.allocate(512), 300, GEOMETRY, 1, 0100600);
    dinode.setEattr(400);
    return blocks(
        dinode,
        new BlockMap(
            GEOMETRY, 1000, block -> blocks.getOrDefault(block, ByteBuffer.allocate(512))));
  }

  @Test
  void findsValueBlocks() {
    assertEquals(
        List.of("attributes 0x190 1:abc=500 4:x=5", "value 0x191", "value 0x192"), blocks(small()));
    AttributeBlock attributes = AttributeBlock.of(block(small(), 400), 400, GEOMETRY);
    int at = attributes.next(attributes.first());
    org.junit.jupiter.api.Assertions.assertArrayEquals(
        new byte[] {1, 2, 3, 4, 5}, attributes.stuffedValue(at));
  }

  @Test
  void damageIsNamed() {
    assertMessage(
        "block 0x190 extended attribute ea_rec_len at byte 24 0: expected a multiple of 8 in"
            + " 16..488",
        24,
        0);
    assertMessage("block 0x190 extended attribute ea_data_len 65537: expected 0..65536", 28, 65537);
    assertMessage("block 0x190 extended attribute ea_num_ptrs 2: expected 3..2", 28, 1000);
    assertMessage(
        "block 0x190 extended attribute pointer 0x0: expected a block in 0x81..0x3e7", 52, 0);
    assertMessage(
        "block 0x190 extended attribute pointer 0x192: expected a block that these attributes do"
            + " not use already",
        52,
        402);
    assertMessage("block 0x1f4 extended attribute data mh_magic 0x0: expected 0x1161970", 52, 500);
  }

  private static void assertMessage(String message, int at, int value) {
    TreeMap<Long, ByteBuffer> blocks = small();
    ByteBuffer attributes = block(blocks, 400);
    attributes.putInt(at, value);
    CorruptBlockException e = assertThrows(CorruptBlockException.class, () -> blocks(blocks));
    assertEquals(message, e.getMessage());
  }

  @Test
  void mutationsEscapeAsNothingElse() {
    Random random = new Random(41);
    for (int round = 0; round < 50_000; round++) {
      TreeMap<Long, ByteBuffer> blocks = small();
      for (int i = 0; i < 1 + random.nextInt(3); i++) {
        int which = random.nextInt(3);
        block(blocks, 400 + which)
            .put(random.nextInt(which == 0 ? 100 : 30), (byte) random.nextInt());
      }
      try {
        assertTrue(blocks(blocks).size() <= 3);
      } catch (CorruptBlockException e) {
        assertTrue(e.getMessage().startsWith("block 0x"), e.getMessage());
      }
    }
  }
}
