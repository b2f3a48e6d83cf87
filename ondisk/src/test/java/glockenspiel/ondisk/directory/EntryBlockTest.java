package glockenspiel.ondisk.directory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.ImageExtract;
import glockenspiel.ondisk.Inum;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.FileType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EntryBlockTest {
  private static final ImageExtract IMAGE = ImageExtract.load("mkfs-4k.gz");
  private static final long MASTER = 0x818;

  private static byte[] bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }

  private static ByteBuffer golden() {
    return ByteBuffer.allocate(4096).put(0, IMAGE.read(MASTER), 0, 4096);
  }

  private static EntryBlock master(ByteBuffer block) {
    return EntryBlock.linear(Dinode.of(block, MASTER, IMAGE.geometry()));
  }

  /** Hashes, inodes and names as {@code gfs2_edit -p master} prints them. */
  @Test
  void readsWhatMkfsWrote() {
    List<String> seen = new ArrayList<>();
    EntryBlock entries = master(golden());
    entries.forEach(
        entry -> {
          seen.add(
              "[%08X] %d/%d %s"
                  .formatted(
                      entry.hash(),
                      entry.inum().formalInode(),
                      entry.inum().address(),
                      entry.nameText()));
          assertEquals(NameHash.of(entry.name()), entry.hash());
        });
    assertEquals(
        List.of(
            "[0ED4E242] 3/2072 .",
            "[9608161C] 3/2072 ..",
            "[5EFC1D83] 4/2073 jindex",
            "[486EEE32] 5/4129 per_node",
            "[446811E9] 12/4649 inum",
            "[1AEF248E] 13/4650 statfs",
            "[B1799D75] 14/4651 rindex",
            "[6C1C0FED] 15/4652 quota"),
        seen);
    assertEquals(8, entries.count());
    DirectoryEntry rindex = entries.get(bytes("rindex"));
    assertEquals("rindex -> 14/0x122b", String.valueOf(rindex));
    assertEquals(
        FileType.REGULAR.code(), entries.typeCode(entries.find(bytes("rindex"), 0xB1799D75)));
    assertEquals(EntryBlock.NONE, entries.find(bytes("rindey"), NameHash.of(bytes("rindey"))));
  }

  @Test
  void insertsTheSameBytesAsMkfs() {
    ByteBuffer block = golden();
    for (int at = 232; at < 4096; at++) {
      block.put(at, (byte) 0);
    }
    EntryBlock copy = master(block);
    copy.clear();
    master(golden())
        .forEach(
            entry ->
                assertTrue(
                    copy.insert(
                            entry.name(),
                            entry.hash(),
                            entry.inum(),
                            FileType.ofCode(entry.typeCode()) == FileType.DIRECTORY
                                ? FileType.DIRECTORY
                                : FileType.REGULAR)
                        != EntryBlock.NO_ROOM));
    assertEquals(golden(), block);
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 4096})
  void agreesWithAModel(int blockSize) {
    Geometry geometry = Geometry.of(blockSize);
    Random random = new Random(blockSize);
    Leaf leaf = Leaf.format(ByteBuffer.allocate(blockSize), 99, geometry, 3, 55);
    EntryBlock entries = leaf.entryBlock();
    TreeMap<String, Long> model = new TreeMap<>();
    for (int round = 0; round < 20_000; round++) {
      boolean grow = round / 100 % 3 != 0;
      String name =
          "n"
              + "x".repeat(random.nextInt(random.nextInt(10) == 0 ? 200 : 20))
              + random.nextInt(200);
      byte[] raw = bytes(name);
      int at = leaf.entryBlock().find(raw, NameHash.of(raw));
      assertEquals(model.containsKey(name), at != EntryBlock.NONE);
      if (at != EntryBlock.NONE) {
        assertEquals(model.get(name), entries.address(at));
        if (random.nextBoolean()) {
          entries.replace(at, new Inum(round + 1, round + 2), FileType.SYMLINK);
          model.put(name, round + 2L);
        } else {
          leaf.remove(at);
          model.remove(name);
        }
      } else if (grow) {
        boolean room = entries.hasRoom(raw.length);
        int inserted =
            leaf.insert(raw, NameHash.of(raw), new Inum(round + 1, round + 2), FileType.REGULAR);
        assertEquals(room, inserted != EntryBlock.NO_ROOM);
        if (room) {
          model.put(name, round + 2L);
        }
      } else if (!model.isEmpty()) {
        String victim = new ArrayList<>(model.keySet()).get(random.nextInt(model.size()));
        leaf.remove(entries.find(bytes(victim), NameHash.of(bytes(victim))));
        model.remove(victim);
      }
      assertEquals(model.size(), leaf.entries());
    }
    TreeMap<String, Long> read = new TreeMap<>();
    entries.forEach(entry -> read.put(entry.nameText(), entry.inum().address()));
    assertEquals(model, read);
    assertFalse(model.isEmpty());
  }

  @Test
  void allRoomCanBeUsedAgain() {
    Leaf leaf = Leaf.format(ByteBuffer.allocate(512), 99, Geometry.of(512), 0, 55);
    for (int round = 0; round < 3; round++) {
      int count = 0;
      while (leaf.insert(
              bytes("%08d".formatted(count)),
              NameHash.of(bytes("%08d".formatted(count))),
              new Inum(1, 2),
              FileType.FIFO)
          != EntryBlock.NO_ROOM) {
        count++;
      }
      assertEquals((512 - 104) / 48, count);
      for (int i = count - 1; i >= 0; i--) {
        byte[] name = bytes("%08d".formatted(round == 1 ? i : count - 1 - i));
        leaf.remove(leaf.entryBlock().find(name, NameHash.of(name)));
      }
      assertEquals(0, leaf.entries());
      assertEquals(0, leaf.entryBlock().count());
    }
    byte[] longest = bytes("z".repeat(255));
    assertTrue(leaf.entryBlock().hasRoom(255));
    assertEquals(104, leaf.insert(longest, 1, new Inum(1, 2), FileType.REGULAR));
  }

  @ParameterizedTest
  @CsvSource({
    // at the second entry: byte 232 + 48
    "300, 0, 'block 0x818 directory entry at byte 280 de_rec_len 0: expected a multiple of 8 in"
        + " 40..3816'",
    "300, 44, 'block 0x818 directory entry at byte 280 de_rec_len 44: expected a multiple of 8 in"
        + " 40..3816'",
    "300, 3824, 'block 0x818 directory entry at byte 280 de_rec_len 3824: expected a multiple of 8"
        + " in 40..3816'",
    "300, 3792, 'block 0x818 directory entry at byte 4072 offset 4072: expected at least 40 bytes"
        + " before the block''s end'",
    "302, 0, 'block 0x818 directory entry at byte 280 de_name_len 0: expected 1..8'",
    "302, 9, 'block 0x818 directory entry at byte 280 de_name_len 9: expected 1..8'"
  })
  void badEntriesAreNamed(int at, int value, String message) {
    ByteBuffer block = golden().putShort(at, (short) value);
    CorruptBlockException e =
        assertThrows(CorruptBlockException.class, () -> master(block).count());
    assertEquals(message, e.getMessage());
  }

  @Test
  void onlyTheFirstMayBeUnused() {
    ByteBuffer block = golden().putLong(240, 0);
    assertEquals(7, master(block).count());
    block.putLong(288, 0);
    assertThrows(CorruptBlockException.class, () -> master(block).count());
  }

  @Test
  void mutationsEscapeAsNothingElse() {
    Random random = new Random(23);
    for (int round = 0; round < 50_000; round++) {
      ByteBuffer block = golden();
      for (int i = 0; i < 1 + random.nextInt(3); i++) {
        block.put(
            random.nextInt(4) == 0 ? random.nextInt(4096) : 232 + random.nextInt(450),
            (byte) random.nextInt());
      }
      try {
        EntryBlock entries = master(block);
        int count = entries.count();
        assertTrue(count <= 3864 / 40);
        entries.find(bytes("quota"), NameHash.of(bytes("quota")));
        entries.forEach(entry -> assertTrue(entry.name().length > 0));
        if (entries.insert(bytes("new"), 5, new Inum(7, 8), FileType.REGULAR)
            != EntryBlock.NO_ROOM) {
          assertEquals(count + 1, entries.count());
        }
      } catch (CorruptBlockException e) {
        assertEquals(MASTER, e.block());
      }
    }
  }
}
