package glockenspiel.ondisk.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import glockenspiel.ondisk.inode.StatfsChange;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SealedHeaderTest {
  private static final int SECTOR = 512;

  private static final LogHeader HEADER =
      LogHeader.of(
          7, LogFlags.FLUSH_NORMAL, 3, 9, 12, 34, 700, 90, 91, 92, new StatfsChange(1, -2, 3));

  private static SealedHeader sealed(int blockSize) {
    ByteBuffer first = ByteBuffer.allocate(blockSize).put(5, (byte) 1);
    int crc = SealedHeader.checksum(List.of(first, ByteBuffer.allocate(blockSize)));
    return new SealedHeader(HEADER, 2, crc);
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 2048, 4096})
  void isNoHeaderBeforeItsSealIsBrokenAndNoSealAfter(int blockSize) {
    SealedHeader sealed = sealed(blockSize);
    ByteBuffer block = ByteBuffer.allocate(blockSize);
    sealed.write(block);
    assertEquals(HeaderValidity.BAD_HASH, LogHeader.validate(block, 9));
    SealedHeader found = Objects.requireNonNull(SealedHeader.readIfSealed(block, 9));
    assertEquals(2, found.contentBlocks());
    assertEquals(sealed.contentCrc(), found.contentCrc());
    assertEquals(7, found.header().sequence());
    assertEquals(HEADER.localStatfs(), found.header().localStatfs());
    assertNull(SealedHeader.readIfSealed(block, 8));
    found.writeOpened(block);
    assertEquals(HeaderValidity.VALID, LogHeader.validate(block, 9));
    assertNull(SealedHeader.readIfSealed(block, 9));
  }

  /** Whatever sectors of the new version a crash keeps, it is the one or the other. */
  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 2048, 4096})
  void differsFromItsHeaderInTheFirstSectorAlone(int blockSize) {
    ByteBuffer block = ByteBuffer.allocate(blockSize);
    sealed(blockSize).write(block);
    ByteBuffer opened = ByteBuffer.allocate(blockSize);
    sealed(blockSize).writeOpened(opened);
    assertEquals(block.slice(SECTOR, blockSize - SECTOR), opened.slice(SECTOR, blockSize - SECTOR));
    assertNotEquals(block.slice(0, SECTOR), opened.slice(0, SECTOR));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 24, 33, 44, 48, 60, 121, 125, 200, 511})
  void aBrokenByteIsNoSeal(int at) {
    ByteBuffer block = ByteBuffer.allocate(1024);
    sealed(1024).write(block);
    block.put(at, (byte) ~block.get(at));
    assertNull(SealedHeader.readIfSealed(block, 9));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1023})
  void otherContentHasAnotherChecksum(int at) {
    ByteBuffer first = ByteBuffer.allocate(1024).put(5, (byte) 1);
    ByteBuffer second = ByteBuffer.allocate(1024).put(at, (byte) 1);
    int crc = sealed(1024).contentCrc();
    assertNotEquals(crc, SealedHeader.checksum(List.of(first, second)));
    assertNotEquals(crc, SealedHeader.checksum(List.of(first)));
  }
}
