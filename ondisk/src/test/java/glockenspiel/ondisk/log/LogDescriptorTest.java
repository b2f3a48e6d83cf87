package glockenspiel.ondisk.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.ImageExtract;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Against descriptors that the Linux kernel wrote; numbers as the corpus' expected.txt gives them.
 */
final class LogDescriptorTest {
  private static final List<DescriptorType> TYPES = List.of(DescriptorType.values());

  private static List<Long> revokes(ImageExtract log, long position, LogDescriptor descriptor) {
    List<Long> revokes = new ArrayList<>();
    for (int i = 0; i < descriptor.revokesIn(0); i++) {
      revokes.add(descriptor.revoke(i));
    }
    for (int block = 1; block < descriptor.length(); block++) {
      RevokeContinuation further =
          RevokeContinuation.of(log.read(position + block), position + block, log.geometry());
      for (int i = 0; i < descriptor.revokesIn(block); i++) {
        revokes.add(further.revoke(i));
      }
    }
    return revokes;
  }

  @Test
  void readsTheKernelsRevokes() {
    ImageExtract log = ImageExtract.load("revoke-many-512.log.gz");
    int records = 0;
    int metadata = 0;
    int longest = 0;
    List<Long> revokes = new ArrayList<>();
    for (long position = 0xfa; position <= 0x5e5; position++) {
      ByteBuffer block = log.read(position);
      if (!MetaHeader.is(block, MetaType.LOG_DESCRIPTOR)) {
        continue;
      }
      LogDescriptor descriptor = LogDescriptor.of(block, position, log.geometry());
      switch (descriptor.type()) {
        case METADATA -> metadata += descriptor.tags();
        case REVOKE -> {
          records++;
          longest = Math.max(longest, descriptor.length());
          List<Long> here = revokes(log, position, descriptor);
          assertEquals(descriptor.count(), here.size());
          assertSameBytes(log, position, here);
          revokes.addAll(here);
        }
        case JDATA, UNKNOWN -> throw new AssertionError(descriptor.type());
      }
    }
    assertEquals(1213, metadata);
    assertEquals(4, records);
    assertEquals(14, longest);
    assertEquals(803, revokes.size());
    assertEquals(801, new TreeSet<>(revokes).size());
  }

  /** Writes the revokes again and compares with what the kernel wrote. */
  private static void assertSameBytes(ImageExtract log, long position, List<Long> revokes) {
    long[] blocks = revokes.stream().mapToLong(Long::longValue).toArray();
    for (int block = 0; block < log.geometry().revokeBlocks(blocks.length); block++) {
      ByteBuffer written = ByteBuffer.allocate(512);
      RevokeWriter.write(written, log.geometry(), block, blocks, blocks.length);
      ByteBuffer golden = ByteBuffer.allocate(512).put(0, log.read(position + block), 0, 512);
      assertEquals(golden.putInt(20, 0), written, "block " + block);
    }
  }

  @Test
  void readsTheKernelsEscapedData() {
    ImageExtract log = ImageExtract.load("jdata-escape-4k.log.gz");
    int jdata = 0;
    int escaped = 0;
    for (long position = 0x46d; position <= 0x66b; position++) {
      ByteBuffer block = log.read(position);
      if (!MetaHeader.is(block, MetaType.LOG_DESCRIPTOR)) {
        continue;
      }
      LogDescriptor descriptor = LogDescriptor.of(block, position, log.geometry());
      if (descriptor.type() == DescriptorType.JDATA) {
        assertEquals(descriptor.tags() + 1, descriptor.length());
        jdata += descriptor.tags();
        ByteBuffer written = ByteBuffer.allocate(4096);
        LogDescriptor copy =
            LogDescriptor.format(written, log.geometry(), DescriptorType.JDATA, descriptor.tags());
        for (int i = 0; i < descriptor.tags(); i++) {
          escaped += descriptor.isEscaped(i) ? 1 : 0;
          copy.setJdataTag(i, descriptor.tag(i), descriptor.isEscaped(i));
        }
        assertEquals(block.slice(24, 4072), written.slice(24, 4072));
        if (descriptor.isEscaped(0)) {
          assertEquals(0, log.read(position + 1).getInt(0));
        }
      }
    }
    assertEquals(473, jdata);
    assertEquals(204, escaped);
  }

  @ParameterizedTest
  @CsvSource({
    "28, 0, 'block 0x7 log descriptor ld_length 0: expected 1..2147483647'",
    "28, -1, 'block 0x7 log descriptor ld_length 4294967295: expected 1..2147483647'",
    "32, 504, 'block 0x7 log descriptor ld_data1 504: expected 0..503'",
    "32, -1, 'block 0x7 log descriptor ld_data1 4294967295: expected 0..503'",
    "4, 8, 'block 0x7 log descriptor mh_type 8: expected 9'"
  })
  void badDescriptorsAreNamed(int at, int value, String message) {
    ByteBuffer block = ByteBuffer.allocate(4096);
    LogDescriptor.format(block, Geometry.of(4096), DescriptorType.METADATA, 3);
    block.putInt(at, value);
    CorruptBlockException e =
        assertThrows(
            CorruptBlockException.class, () -> LogDescriptor.of(block, 7, Geometry.of(4096)));
    assertEquals(message, e.getMessage());
  }

  /** What the kernel takes although it fits nothing. */
  @Test
  void lengthAndCountAreTakenAsTheKernelTakesThem() {
    Geometry geometry = Geometry.of(512);
    ByteBuffer block = ByteBuffer.allocate(512);
    LogDescriptor.format(block, geometry, DescriptorType.METADATA, 3);
    block.putInt(28, 1).putInt(32, 55);
    assertEquals(1, LogDescriptor.of(block, 7, geometry).length());
    assertEquals(55, LogDescriptor.of(block, 7, geometry).tags());
    block.putInt(24, 303).putInt(32, -1);
    LogDescriptor unknown = LogDescriptor.of(block, 7, geometry);
    assertEquals(DescriptorType.UNKNOWN, unknown.type());
    assertEquals(0xffffffffL, unknown.count());
    assertEquals(0, unknown.tags());
  }

  /** {@code revoke_lo_scan_elements} looks at what is left only after it has taken one. */
  @ParameterizedTest
  @CsvSource({
    "0, 55, 61, 61",
    "1, 1, 61, 61",
    "55, 55, 61, 61",
    "56, 55, 1, 61",
    "116, 55, 61, 61",
    "120, 55, 61, 4",
    "-1, 55, 61, 61"
  })
  void revokesInABlock(int count, int first, int second, int third) {
    ByteBuffer block = ByteBuffer.allocate(512);
    LogDescriptor.format(block, Geometry.of(512), DescriptorType.REVOKE, 1);
    block.putInt(28, 3).putInt(32, count);
    LogDescriptor record = LogDescriptor.of(block, 7, Geometry.of(512));
    assertEquals(first, record.revokesIn(0));
    assertEquals(second, record.revokesIn(1));
    assertEquals(third, record.revokesIn(2));
  }

  @ParameterizedTest
  @CsvSource({
    "512, 55",
    "512, 56",
    "512, 1000",
    "4096, 503",
    "4096, 504",
    "4096, 1012",
    "4096, 1013",
    "1024, 1"
  })
  void revokesRoundTrip(int blockSize, int count) {
    Geometry geometry = Geometry.of(blockSize);
    long[] revokes = new Random(count).longs(count).toArray();
    long[] read = new long[count];
    int at = 0;
    ByteBuffer first = ByteBuffer.allocate(blockSize);
    RevokeWriter.write(first, geometry, 0, revokes, count);
    LogDescriptor descriptor = LogDescriptor.of(first, 1, geometry);
    assertEquals(geometry.revokeBlocks(count), descriptor.length());
    for (int i = 0; i < descriptor.revokesIn(0); i++) {
      read[at++] = descriptor.revoke(i);
    }
    for (int block = 1; block < descriptor.length(); block++) {
      ByteBuffer further = ByteBuffer.allocate(blockSize);
      RevokeWriter.write(further, geometry, block, revokes, count);
      for (int i = 0; i < descriptor.revokesIn(block); i++) {
        read[at++] = RevokeContinuation.of(further, 2, geometry).revoke(i);
      }
    }
    assertArrayEquals(revokes, read);
  }

  @Test
  void tagsRoundTrip() {
    Geometry geometry = Geometry.of(1024);
    ByteBuffer block = ByteBuffer.allocate(1024);
    LogDescriptor written =
        LogDescriptor.format(block, geometry, DescriptorType.METADATA, geometry.metadataTags());
    for (int i = 0; i < written.tags(); i++) {
      written.setTag(i, 1000 + i);
    }
    LogDescriptor read = LogDescriptor.of(block, 1, geometry);
    for (int i = 0; i < read.tags(); i++) {
      assertEquals(1000 + i, read.tag(i));
    }
    assertThrows(IndexOutOfBoundsException.class, () -> read.tag(geometry.metadataTags()));
    assertThrows(IllegalStateException.class, () -> read.revokesIn(0));
  }

  @Test
  void escapeTakesTheMagicNumberAway() {
    ByteBuffer data = ByteBuffer.allocate(512).putInt(0, MetaHeader.MAGIC).putInt(4, 77);
    assertTrue(JdataEscape.isNeeded(data));
    JdataEscape.escape(data);
    assertEquals(0, data.getInt(0));
    JdataEscape.restore(data);
    assertEquals(MetaHeader.MAGIC, data.getInt(0));
    assertEquals(77, data.getInt(4));
  }

  @Test
  void mutationsEscapeAsNothingElse() {
    Random random = new Random(5);
    Geometry geometry = Geometry.of(512);
    for (int round = 0; round < 50_000; round++) {
      ByteBuffer block = ByteBuffer.allocate(512);
      DescriptorType type = TYPES.get(random.nextInt(3)); // not UNKNOWN, which nobody writes
      LogDescriptor.format(block, geometry, type, random.nextInt(27));
      block.put(random.nextInt(72), (byte) random.nextInt());
      block.put(24 + random.nextInt(16), (byte) random.nextInt());
      try {
        LogDescriptor descriptor = LogDescriptor.of(block, 1, geometry);
        if (descriptor.type() == DescriptorType.REVOKE) {
          for (int i = 0; i < descriptor.revokesIn(0); i++) {
            descriptor.revoke(i);
          }
        } else {
          for (int i = 0; i < descriptor.tags(); i++) {
            descriptor.tag(i);
            descriptor.isEscaped(i);
          }
        }
      } catch (CorruptBlockException e) {
        assertEquals(1, e.block());
      }
    }
  }
}
