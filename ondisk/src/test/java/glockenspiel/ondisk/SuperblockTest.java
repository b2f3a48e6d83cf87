package glockenspiel.ondisk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SuperblockTest {
  private static final ImageExtract IMAGE = ImageExtract.load("mkfs-4k.gz");

  private static ByteBuffer golden() {
    return copy(IMAGE.read(16));
  }

  private static ByteBuffer copy(ByteBuffer block) {
    return ByteBuffer.allocate(block.limit()).put(0, block, 0, block.limit());
  }

  @Test
  void readsWhatMkfsWrote() {
    Superblock superblock = Superblock.read(golden());
    assertEquals(4096, superblock.geometry().blockSize());
    assertEquals(1802, superblock.format());
    assertEquals(new Inum(3, 0x818), superblock.master());
    assertEquals(new Inum(16, 0x122d), superblock.root());
    assertEquals("lock_dlm", superblock.lockProtocol());
    assertEquals("demo:fs", superblock.lockTable());
    assertEquals(UUID.fromString("91e7e59c-cb02-4e0b-8433-8486ae6df849"), superblock.uuid());
  }

  @ParameterizedTest
  @ValueSource(strings = {"mkfs-4k.gz", "mkfs-512.gz", "small-files-1k.gz"})
  void writesTheSameBytes(String name) {
    ImageExtract image = ImageExtract.load(name);
    ByteBuffer written = ByteBuffer.allocate(image.geometry().blockSize());
    image.superblock().write(written);
    assertEquals(image.read(image.geometry().superblockBlock()), written);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 'block 0x80 superblock mh_magic 0x1: expected 0x1161970: this is no GFS2 image'",
    "4, 2, 'block 0x80 superblock mh_type 2: expected 1'",
    "24, 1800, 'block 0x10 superblock sb_fs_format 1800: expected 1801..1802'",
    "28, 0, 'block 0x10 superblock sb_multihost_format 0: expected 1900..1900'",
    "36, 4095, 'block 0x80 superblock sb_bsize 4095: expected 512, 1024, 2048 or 4096'",
    "40, 11, 'block 0x10 superblock sb_bsize_shift 11: expected 12..12'",
    "60, 16, 'block 0x10 superblock sb_master_dir 0x10: expected a block in"
        + " 0x11..0x7ffffffffffffffe'"
  })
  void namesTheFieldThatIsWrong(int at, int value, String message) {
    ByteBuffer block = golden().putInt(at, value);
    CorruptBlockException e =
        assertThrows(CorruptBlockException.class, () -> Superblock.read(block));
    assertEquals(message, e.getMessage());
  }

  @Test
  void refusesNamesWithoutEnd() {
    ByteBuffer block = golden();
    for (int i = 0; i < 64; i++) {
      block.put(160 + i, (byte) 'x');
    }
    CorruptBlockException e =
        assertThrows(CorruptBlockException.class, () -> Superblock.read(block));
    assertEquals("sb_locktable", e.field());
  }

  @Test
  void mutationsEscapeAsNothingElse() {
    RandomGenerator random = new java.util.Random(1);
    for (int round = 0; round < 20_000; round++) {
      ByteBuffer block = golden();
      for (int i = 0; i < 1 + random.nextInt(4); i++) {
        block.put(random.nextInt(272), (byte) random.nextInt());
      }
      try {
        Superblock.read(block).write(ByteBuffer.allocate(4096));
      } catch (CorruptBlockException e) {
        assertEquals(true, e.getMessage().startsWith("block 0x"));
      }
    }
  }
}
