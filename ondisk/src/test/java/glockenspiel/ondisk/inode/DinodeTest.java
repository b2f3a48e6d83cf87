package glockenspiel.ondisk.inode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.ImageExtract;
import glockenspiel.ondisk.Inum;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers as {@code gfs2_edit -p master} and so on print them. */
final class DinodeTest {
  private static final ImageExtract IMAGE = ImageExtract.load("mkfs-4k.gz");
  private static final Geometry GEOMETRY = IMAGE.geometry();
  private static final long MASTER = 0x818;
  private static final long STATFS = 0x122a;
  private static final long INUM_RANGE = 0x1022;

  private static ByteBuffer golden(long block) {
    return ByteBuffer.allocate(4096).put(0, IMAGE.read(block), 0, 4096);
  }

  private static Dinode dinode(long block) {
    return Dinode.of(golden(block), block, GEOMETRY);
  }

  @Test
  void readsWhatMkfsWrote() {
    Dinode master = dinode(MASTER);
    master.check();
    assertEquals(new Inum(3, MASTER), master.inum());
    assertEquals(040755, master.mode());
    assertEquals(FileType.DIRECTORY, master.type());
    assertEquals(0, master.uid());
    assertEquals(0, master.gid());
    assertEquals(4, master.links());
    assertEquals(3864, master.size());
    assertEquals(1, master.blocks());
    assertEquals(0x6b0326fe, master.atime());
    assertEquals(0x6b0326fe, master.mtime());
    assertEquals(0x6b0326fe, master.ctime());
    assertEquals(MASTER, master.goalMeta());
    assertEquals(MASTER, master.goalData());
    assertEquals(DinodeFlags.SYSTEM | DinodeFlags.JDATA, master.flags());
    assertEquals(Dinode.PAYLOAD_DIRECTORY, master.payloadFormat());
    assertEquals(0, master.height());
    assertEquals(0, master.depth());
    assertEquals(8, master.entries());
    assertEquals(0, master.eattr());
    assertTrue(master.isStuffed());
    assertFalse(master.isExhash());
  }

  @Test
  void writesTheSameBytes() {
    Dinode master = dinode(MASTER);
    ByteBuffer written = ByteBuffer.allocate(4096);
    Dinode copy = Dinode.format(written, MASTER, GEOMETRY, 3, 040755);
    copy.setLinks(4);
    copy.setSize(3864);
    copy.setAtime(master.atime(), master.atimeNanos());
    copy.setMtime(master.mtime(), master.mtimeNanos());
    copy.setCtime(master.ctime(), master.ctimeNanos());
    copy.setFlags(DinodeFlags.SYSTEM | DinodeFlags.JDATA);
    copy.setEntries(8);
    assertEquals(master.buffer().slice(0, 232), written.slice(0, 232));
  }

  @Test
  void settersAndGettersAgree() {
    Dinode dinode = Dinode.format(ByteBuffer.allocate(4096), 77, GEOMETRY, 5, 0100644);
    dinode.check();
    dinode.setUid(1);
    dinode.setGid(2);
    dinode.setLinks(3);
    dinode.setSize(4);
    dinode.setBlocks(5);
    dinode.setAtime(6, 7);
    dinode.setMtime(8, 9);
    dinode.setCtime(10, 11);
    dinode.setDevice(12, 13);
    dinode.setGoalMeta(14);
    dinode.setGoalData(15);
    dinode.setGeneration(16);
    dinode.setHeight(1);
    dinode.setDepth(17);
    dinode.setEntries(18);
    dinode.setEattr(19);
    dinode.setPointer(482, 20);
    dinode.setFormalInode(21);
    long[] read = {
      dinode.uid(),
      dinode.gid(),
      dinode.links(),
      dinode.size(),
      dinode.blocks(),
      dinode.atime(),
      dinode.atimeNanos(),
      dinode.mtime(),
      dinode.mtimeNanos(),
      dinode.ctime(),
      dinode.ctimeNanos(),
      dinode.major(),
      dinode.minor(),
      dinode.goalMeta(),
      dinode.goalData(),
      dinode.generation(),
      dinode.height() + 16,
      dinode.depth() + 1,
      dinode.entries() + 1,
      dinode.eattr() + 1,
      dinode.pointer(482) + 1
    };
    long[] expected = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21};
    org.junit.jupiter.api.Assertions.assertArrayEquals(expected, read);
    assertEquals(21, dinode.formalInode());
    dinode.clearPayload();
    assertEquals(0, dinode.pointer(482));
    assertThrows(IndexOutOfBoundsException.class, () -> dinode.pointer(483));
  }

  @ParameterizedTest
  @CsvSource({
    "36, 1, 'block 0x818 dinode di_num.no_addr 1: expected 2072'",
    "40, 0, 'block 0x818 dinode di_mode 0x0: expected a file type and 12 bits'",
    "40, 65536, 'block 0x818 dinode di_mode 0x10000: expected a file type and 12 bits'",
    "52, -1, 'block 0x818 dinode di_nlink -1: expected 0..2147483647'",
    "56, -1, 'block 0x818 dinode di_size 18446744069414588184: expected 0..9223372036854775807'",
    "60, 3865, 'block 0x818 dinode di_size of a stuffed inode 3865: expected 0..3864'",
    "68, 0, 'block 0x818 dinode di_blocks 0: expected 1..9223372036854775807'",
    "136, 7, 'block 0x818 dinode di_height 7: expected 0..6'",
    "136, 1, 'block 0x818 dinode di_height of a linear directory 1: expected 0'",
    "144, 18, 'block 0x818 dinode di_depth 18: expected 0..17'",
    "148, -1, 'block 0x818 dinode di_entries -1: expected 0..2147483647'",
    "128, 2, 'block 0x818 dinode di_size of a hashed directory 3864: expected 8'",
    "176, 1000000000, 'block 0x818 dinode di_atime_nsec 1000000000: expected 0..999999999'"
  })
  void namesTheFieldThatIsWrong(int at, int value, String message) {
    ByteBuffer block = golden(MASTER).putInt(at, value);
    CorruptBlockException e =
        assertThrows(CorruptBlockException.class, () -> Dinode.of(block, MASTER, GEOMETRY).check());
    assertEquals(message, e.getMessage());
  }

  @Test
  void statfsIsTheStuffedData() {
    Dinode statfs = dinode(STATFS);
    assertEquals(new StatfsChange(16360, 11726, 16), StatfsChange.read(statfs));
    StatfsChange next = StatfsChange.read(statfs).plus(new StatfsChange(0, -10, 2));
    next.write(statfs);
    assertEquals(new StatfsChange(16360, 11716, 18), StatfsChange.read(statfs));
    assertEquals(11716, statfs.buffer().getLong(240));
    statfs.setSize(23);
    assertThrows(CorruptBlockException.class, () -> StatfsChange.read(statfs));
  }

  @Test
  void inumRangeIsTheStuffedData() {
    Dinode dinode = dinode(INUM_RANGE);
    assertEquals(new InumRange(0, 0), InumRange.read(dinode));
    new InumRange(17, InumRange.QUANTUM).write(dinode);
    assertEquals(new InumRange(17, 1_048_576), InumRange.read(dinode));
    assertEquals(17, dinode.buffer().getLong(232));
  }

  @Test
  void mutationsEscapeAsNothingElse() {
    Random random = new Random(9);
    for (int round = 0; round < 50_000; round++) {
      ByteBuffer block = golden(STATFS);
      for (int i = 0; i < 1 + random.nextInt(4); i++) {
        block.put(random.nextInt(232), (byte) random.nextInt());
      }
      try {
        Dinode dinode = Dinode.of(block, STATFS, GEOMETRY);
        dinode.check();
        if (dinode.isStuffed()) {
          dinode.stuffedData();
          StatfsChange.read(dinode);
        }
      } catch (CorruptBlockException e) {
        assertEquals(STATFS, e.block());
      }
    }
  }
}
