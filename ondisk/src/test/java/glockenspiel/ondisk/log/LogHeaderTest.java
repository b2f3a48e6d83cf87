package glockenspiel.ondisk.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.ondisk.ImageExtract;
import glockenspiel.ondisk.inode.StatfsChange;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against headers that the Linux kernel wrote; numbers as the corpus' expected.txt gives them. */
final class LogHeaderTest {
  private static final ByteBuffer HEAD = ImageExtract.load("revoke-many-512.log.gz").read(0x5e5);

  private static ByteBuffer head() {
    return ByteBuffer.allocate(512).put(0, HEAD, 0, 512);
  }

  @Test
  void readsWhatTheKernelWrote() {
    LogHeader header = LogHeader.readIfValid(HEAD, 0x5e5);
    assertEquals(
        new LogHeader(
            0x4005,
            LogFlags.FLUSH_NORMAL | LogFlags.LFC_AIL_FLUSH,
            0xfa,
            0x5e5,
            0x0df36898,
            0x9e3a8eda,
            HEAD.getLong(56),
            HEAD.getInt(52),
            0x782,
            0x8a,
            0x41dc,
            0x41dd,
            new StatfsChange(0, -2667, 63)),
        header);
    assertTrue(LogHeader.read(HEAD).isV2());
    assertFalse(LogHeader.read(HEAD).isClean());
  }

  @Test
  void writesTheSameBytes() {
    ByteBuffer written = ByteBuffer.allocate(512);
    LogHeader.read(HEAD).write(written);
    // The kernel counts in mh_jid, which is free.
    assertEquals(head().putInt(20, 0), written.putInt(20, 0));
    assertEquals(HeaderValidity.VALID, LogHeader.validate(HEAD, 0x5e5));
  }

  @Test
  void versionOneIsValidWithoutCrc() {
    ByteBuffer written = ByteBuffer.allocate(512);
    LogHeader.read(HEAD).writeV1(written);
    assertEquals(HeaderValidity.VALID, LogHeader.validate(written, 0x5e5));
    assertFalse(LogHeader.read(written).isV2());
    assertEquals(0, LogHeader.read(written).address());
    written.put(100, (byte) 1);
    assertEquals(HeaderValidity.VALID, LogHeader.validate(written, 0x5e5));
  }

  @Test
  void saysWhyItIsNone() {
    assertEquals(HeaderValidity.WRONG_POSITION, LogHeader.validate(head(), 0x5e4));
    assertEquals(HeaderValidity.VALID, LogHeader.validate(head(), LogHeader.ANY_POSITION));
    assertEquals(HeaderValidity.NO_MAGIC, LogHeader.validate(head().putInt(0, 0), 0x5e5));
    assertEquals(HeaderValidity.OTHER_TYPE, LogHeader.validate(head().putInt(4, 9), 0x5e5));
    assertEquals(HeaderValidity.BAD_HASH, LogHeader.validate(head().putLong(24, 0x4006), 0x5e5));
    assertEquals(HeaderValidity.BAD_CRC, LogHeader.validate(head().putLong(96, 1), 0x5e5));
    assertEquals(HeaderValidity.BAD_CRC, LogHeader.validate(head().put(511, (byte) 1), 0x5e5));
    assertNull(LogHeader.readIfValid(head().put(511, (byte) 1), 0x5e5));
  }

  @Test
  void kernelImagesAgree() {
    ImageExtract log = ImageExtract.load("bad-head-crc-4k.log.gz");
    LogHeader head = LogHeader.readIfValid(log.read(0x667), 0x667);
    assertEquals(LogHeader.read(log.read(0x667)), head);
    assertEquals(0x804, LogHeader.sequence(log.read(0x667)));
    assertEquals(HeaderValidity.BAD_CRC, LogHeader.validate(log.read(0x669), 0x669));
  }

  @Test
  void anyFlippedBitIsNoticed() {
    Random random = new Random(11);
    for (int round = 0; round < 20_000; round++) {
      int at = random.nextInt(512);
      ByteBuffer block = head();
      block.put(at, (byte) (block.get(at) ^ 1 << random.nextInt(8)));
      assertFalse(LogHeader.validate(block, 0x5e5).isValid());
    }
  }
}
