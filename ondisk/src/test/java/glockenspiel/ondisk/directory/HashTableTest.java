package glockenspiel.ondisk.directory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.ImageExtract;
import glockenspiel.ondisk.Inum;
import glockenspiel.ondisk.inode.BlockMap;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.DinodeFlags;
import glockenspiel.ondisk.inode.FileType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HashTableTest {
  private static final Geometry GEOMETRY = Geometry.of(512);
  private static final long DIRECTORY = 300;

  private final TreeMap<Long, ByteBuffer> blocks = new TreeMap<>();
  private final BlockMap map =
      new BlockMap(GEOMETRY, 1000, block -> blocks.getOrDefault(block, ByteBuffer.allocate(512)));
  private final Dinode directory =
      Dinode.format(ByteBuffer.allocate(512), DIRECTORY, GEOMETRY, 1, 040755);

  private static byte[] bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }

  private Leaf leaf(long block, int depth) {
    ByteBuffer content = ByteBuffer.allocate(512);
    blocks.put(block, content);
    return Leaf.format(content, block, GEOMETRY, depth, DIRECTORY);
  }

  private Leaf written(long block) {
    return Leaf.of(map.reader().read(block), block, GEOMETRY);
  }

  /** Depth 2: slots 400 400 401 402, and 402 goes on in 403. */
  private void smallTable() {
    directory.setFlags(DinodeFlags.EXHASH | DinodeFlags.JDATA);
    directory.setDepth(2);
    directory.setSize(32);
    long[] slots = {400, 400, 401, 402};
    for (int i = 0; i < 4; i++) {
      directory.setPointer(i, slots[i]);
    }
    leaf(400, 1);
    leaf(401, 2);
    leaf(402, 2).setNext(403);
    leaf(403, 2);
  }

  private List<Long> leaves() {
    List<Long> leaves = new ArrayList<>();
    new HashTable(directory, map).forEachLeaf(leaf -> leaves.add(leaf.block()));
    return leaves;
  }

  /** Directories that the Linux kernel hashed: stuffed and unstuffed tables. */
  @ParameterizedTest
  @CsvSource({
    "small-files-1k.gz, 0x24a2, 223, 6",
    "small-files-1k.gz, 0x24a3, 302, 6",
    "revoke-many-512.gz, 0x4a07, 2, 8",
    "revoke-many-512.gz, 0x4a08, 62, 5",
    "revoke-many-512.gz, 0x419d, 8, 5"
  })
  void readsTheKernelsDirectories(String name, String block, int entries, int depth) {
    ImageExtract image = ImageExtract.load(name);
    long number = Long.decode(block);
    Dinode dinode = Dinode.of(image.read(number), number, image.geometry());
    dinode.check();
    HashTable table = new HashTable(dinode, new BlockMap(image.geometry(), image.limit(), image));
    assertEquals(depth, table.depth());
    List<DirectoryEntry> all = new ArrayList<>();
    table.forEachLeaf(
        leaf -> {
          assertEquals(number, leaf.directory());
          assertEquals(leaf.entryBlock().count(), leaf.entries());
          leaf.entryBlock().forEach(all::add);
        });
    assertEquals(entries, all.size());
    for (DirectoryEntry entry : all) {
      assertEquals(NameHash.of(entry.name()), entry.hash());
      Leaf found = table.find(entry.name(), entry.hash());
      assertNotNull(found);
      assertEquals(entry, found.entryBlock().get(entry.name()));
    }
    assertNull(table.find(bytes("no such name"), NameHash.of(bytes("no such name"))));
  }

  @Test
  void showsEveryLeafOnceAndFollowsChains() {
    smallTable();
    assertEquals(List.of(400L, 401L, 402L, 403L), leaves());
    HashTable table = new HashTable(directory, map);
    assertEquals(400, table.leafOf(0));
    assertEquals(400, table.leafOf(0x7fffffff));
    assertEquals(401, table.leafOf(0x80000000));
    assertEquals(402, table.leafOf(-1));
    Leaf last = written(403);
    last.insert(bytes("a"), -1, new Inum(5, 6), FileType.REGULAR);
    Leaf found = table.find(bytes("a"), -1);
    assertNotNull(found);
    assertEquals(403, found.block());
    Leaf room = table.findRoom(255, -1);
    assertNotNull(room);
    assertEquals(402, room.block());
  }

  @Test
  void fullLeavesHaveNoRoom() {
    smallTable();
    HashTable table = new HashTable(directory, map);
    for (int i = 0; i < 100; i++) {
      Leaf room = table.findRoom(20, 0);
      if (room == null) {
        assertEquals((512 - 104) / 64, i);
        return;
      }
      room.insert(bytes("%020d".formatted(i)), 0, new Inum(5, 6), FileType.REGULAR);
    }
    throw new AssertionError("never full");
  }

  @Test
  void loopsAndWrongDepthsAreNamed() {
    smallTable();
    written(403).setNext(402);
    assertThrows(CorruptBlockException.class, this::leaves);
    assertThrows(
        CorruptBlockException.class, () -> new HashTable(directory, map).find(bytes("a"), -1));
    smallTable();
    written(403).setNext(400);
    assertThrows(CorruptBlockException.class, this::leaves);
    smallTable();
    written(400).setDepth(0);
    assertEquals(
        "block 0x12c hash table slot 2 0x191: expected leaf 0x190 of depth 0",
        assertThrows(CorruptBlockException.class, this::leaves).getMessage());
    written(400).setDepth(3);
    assertEquals(
        "block 0x190 leaf lf_depth 3: expected at most di_depth 2",
        assertThrows(CorruptBlockException.class, this::leaves).getMessage());
    smallTable();
    directory.setPointer(3, 1000);
    assertEquals(
        "block 0x12c hash table slot 3 0x3e8: expected a block in 0x81..0x3e7",
        assertThrows(CorruptBlockException.class, this::leaves).getMessage());
    directory.setSize(64);
    assertThrows(CorruptBlockException.class, () -> new HashTable(directory, map));
  }

  @Test
  void mutationsEscapeAsNothingElseAndEnd() {
    Random random = new Random(31);
    for (int round = 0; round < 20_000; round++) {
      blocks.clear();
      directory.setPointer(0, 0);
      smallTable();
      written(401).insert(bytes("name"), 0x80000001, new Inum(1, 2), FileType.FIFO);
      List<Map.Entry<Long, ByteBuffer>> all = new ArrayList<>(blocks.entrySet());
      for (int i = 0; i < 3; i++) {
        ByteBuffer target = all.get(random.nextInt(all.size())).getValue();
        switch (random.nextInt(4)) {
          case 0 -> target.put(random.nextInt(512), (byte) random.nextInt());
          case 1 -> target.putLong(32, random.nextLong(399, 405));
          case 2 -> directory.setPointer(random.nextInt(4), random.nextLong(399, 405));
          default -> target.putShort(24, (short) random.nextInt(4));
        }
      }
      try {
        assertTrue(leaves().size() <= 4);
        new HashTable(directory, map).find(bytes("name"), 0x80000001);
      } catch (CorruptBlockException e) {
        assertTrue(e.getMessage().startsWith("block 0x"), e.getMessage());
      }
    }
  }
}
