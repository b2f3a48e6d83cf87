package glockenspiel.ondisk.resourcegroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.ImageExtract;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers as {@code gfs2_edit -p rindex} and {@code -p rg} print them. */
final class ResourceGroupTest {
  private static final Geometry GEOMETRY = Geometry.of(4096);
  private static final String ENTRY =
      "000000000000081a"
          + "0000000100000000"
          + "000000000000081b"
          + "0000080800000202"
          + "00".repeat(64);
  private static final ResourceIndexEntry GOLDEN =
      new ResourceIndexEntry(0x81a, 1, 0x81b, 2056, 514);

  private static ByteBuffer entryBytes() {
    return ByteBuffer.wrap(HexFormat.of().parseHex(ENTRY));
  }

  @Test
  void indexEntryReadsAndWritesItsBytes() {
    assertEquals(GOLDEN, ResourceIndexEntry.read(entryBytes(), 0, 1, GEOMETRY, 16384));
    ByteBuffer written = ByteBuffer.allocate(96);
    GOLDEN.write(written, 0);
    assertEquals(entryBytes(), written);
  }

  @ParameterizedTest
  @CsvSource({
    "4, 16, 'rindex entry 1 ri_addr 0x10: expected a block in 0x11..0x3fff'",
    "8, 0, 'rindex entry 1 ri_length 0: expected 1..1'",
    "8, 2, 'rindex entry 1 ri_length 2: expected 1..1'",
    "20, 2074, 'rindex entry 1 ri_data0 0x81a: expected a block in 0x81b..0x3fff'",
    "20, 16383, 'rindex entry 1 end of data 18439: expected at most 16384, the blocks of the image;"
        + " is it truncated?'",
    "24, 2055, 'rindex entry 1 ri_data 2055: expected 2056..2056'",
    "28, -1, 'rindex entry 1 ri_bitbytes -1: expected 1..536870911'"
  })
  void badIndexEntriesAreNamed(int at, int value, String message) {
    ByteBuffer bytes = entryBytes().putInt(at, value);
    CorruptBlockException e =
        assertThrows(
            CorruptBlockException.class,
            () -> ResourceIndexEntry.read(bytes, 0, 1, GEOMETRY, 16384));
    assertEquals(message, e.getMessage());
  }

  @Test
  void indexSizeMustBeWholeEntries() {
    assertEquals(3, ResourceIndexEntry.count(288, 0x122b));
    assertThrows(CorruptBlockException.class, () -> ResourceIndexEntry.count(289, 0x122b));
    assertThrows(CorruptBlockException.class, () -> ResourceIndexEntry.count(96L << 40, 0x122b));
  }

  @Test
  void headerReadsAndWritesItsBytes() {
    ByteBuffer block = ImageExtract.load("mkfs-4k.gz").read(0x81a);
    ResourceGroupHeader header = ResourceGroupHeader.of(block, GOLDEN);
    header.checkCrc();
    assertEquals(0, header.free());
    assertEquals(3, header.dinodes());
    assertEquals(0x809, header.skip());
    assertEquals(0, header.flags());
    assertEquals(0, header.generation());
    assertEquals(0x5740822b, header.crc());

    ByteBuffer written = ByteBuffer.allocate(4096);
    ResourceGroupHeader copy = ResourceGroupHeader.format(written, GEOMETRY, GOLDEN);
    assertEquals(2056, copy.free());
    copy.checkCrc();
    copy.setFree(0);
    copy.setDinodes(3);
    copy.setSkip(0x809);
    copy.updateCrc();
    assertEquals(block.slice(0, 128), written.slice(0, 128));
  }

  @Test
  void badHeadersAreNamed() {
    ByteBuffer block = ByteBuffer.allocate(4096);
    ResourceGroupHeader header = ResourceGroupHeader.format(block, GEOMETRY, GOLDEN);
    header.setFree(2057);
    assertEquals(
        "block 0x81a rgrp rg_free 2057: expected 0..2056",
        assertThrows(CorruptBlockException.class, header::free).getMessage());
    assertThrows(CorruptBlockException.class, header::checkCrc);
    block.putInt(64, 0);
    header.checkCrc();
    block.putInt(56, 5);
    assertThrows(CorruptBlockException.class, () -> ResourceGroupHeader.of(block, GOLDEN));
  }

  @Test
  void mutatedEntriesThrowNothingElse() {
    Random random = new Random(3);
    for (int round = 0; round < 50_000; round++) {
      ByteBuffer bytes = entryBytes();
      bytes.put(random.nextInt(32), (byte) random.nextInt());
      bytes.put(random.nextInt(32), (byte) random.nextInt());
      try {
        ResourceIndexEntry entry = ResourceIndexEntry.read(bytes, 0, 0, GEOMETRY, 1L << 40);
        assertEquals(entry.bitBytes() * 4, entry.data());
      } catch (CorruptBlockException e) {
        assertEquals("rindex entry 0", e.structure());
      }
    }
  }
}
