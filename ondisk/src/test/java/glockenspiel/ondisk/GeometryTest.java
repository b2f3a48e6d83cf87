package glockenspiel.ondisk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GeometryTest {
  @ParameterizedTest
  @CsvSource({
    // size, dinode and indirect pointers, height, directory's, tags, jdata tags, revokes, further
    // revokes
    "512, 35, 61, 10, 10, 55, 27, 55, 61",
    "1024, 99, 125, 8, 8, 119, 59, 119, 125",
    "2048, 227, 253, 7, 7, 247, 123, 247, 253",
    "4096, 483, 509, 6, 6, 503, 251, 503, 509"
  })
  void sizesFollowFromTheBlockSize(
      int size,
      int di,
      int in,
      int height,
      int dirHeight,
      int tags,
      int jdataTags,
      int revokes,
      int further) {
    Geometry geometry = Geometry.of(size);
    assertEquals(di, geometry.dinodePointers());
    assertEquals(in, geometry.indirectPointers());
    assertEquals(height, geometry.heightMax());
    assertEquals(dirHeight, geometry.directoryHeightMax());
    assertEquals(tags, geometry.metadataTags());
    assertEquals(jdataTags, geometry.jdataTags());
    assertEquals(revokes, geometry.descriptorRevokes());
    assertEquals(further, geometry.continuationRevokes());
    assertEquals(65536 / size, geometry.superblockBlock());
    assertEquals(size - 104, geometry.leafEntryBytes());
    assertEquals(size / 16, geometry.stuffedHashTablePointers());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -512, 256, 513, 1536, 8192})
  void otherBlockSizesAreRefused(int size) {
    assertThrows(IllegalArgumentException.class, () -> Geometry.of(size));
  }

  @Test
  void flushCountsDescriptorsImagesRevokesAndHeader() {
    Geometry geometry = Geometry.of(4096);
    assertEquals(1, geometry.flushBlocks(0, 0, 0));
    assertEquals(3, geometry.flushBlocks(1, 0, 0));
    assertEquals(503 + 1 + 1, geometry.flushBlocks(503, 0, 0));
    assertEquals(504 + 2 + 1, geometry.flushBlocks(504, 0, 0));
    assertEquals(251 + 1 + 1, geometry.flushBlocks(0, 251, 0));
    assertEquals(252 + 2 + 1, geometry.flushBlocks(0, 252, 0));
    assertEquals(2, geometry.flushBlocks(0, 0, 503));
    assertEquals(3, geometry.flushBlocks(0, 0, 504));
    assertEquals(3, geometry.flushBlocks(0, 0, 503 + 509));
    assertEquals(4, geometry.flushBlocks(0, 0, 503 + 509 + 1));
    assertEquals(2 + 2 + 1 + 1, geometry.flushBlocks(1, 1, 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 2048, 4096})
  void heightForIsTheLowestThatFits(int size) {
    Geometry geometry = Geometry.of(size);
    assertEquals(0, geometry.heightFor(0, false));
    assertEquals(0, geometry.heightFor(size - 232, false));
    assertEquals(1, geometry.heightFor(size - 231, false));
    for (int height = 1; height < geometry.heightMax(); height++) {
      long blocks = geometry.mappedBlocks(height);
      if (blocks > Long.MAX_VALUE / size) {
        break;
      }
      assertEquals(height, geometry.heightFor(blocks * size, false));
      assertEquals(height + 1, geometry.heightFor(blocks * size + 1, false));
      assertEquals(height, geometry.heightFor(blocks * (size - 24), true));
    }
    assertEquals(true, geometry.heightFor(Long.MAX_VALUE, false) <= geometry.heightMax());
  }

  @Test
  void pointerIndexesAreTheDigitsOfTheLogicalBlock() {
    Geometry geometry = Geometry.of(512);
    long logical = (5L * 61 + 6) * 61 + 7;
    assertEquals(5, geometry.pointerIndex(3, 0, logical));
    assertEquals(6, geometry.pointerIndex(3, 1, logical));
    assertEquals(7, geometry.pointerIndex(3, 2, logical));
  }
}
