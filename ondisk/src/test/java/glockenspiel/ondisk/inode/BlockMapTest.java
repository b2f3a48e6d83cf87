package glockenspiel.ondisk.inode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.ImageExtract;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BlockMapTest {
  private static final Geometry GEOMETRY = Geometry.of(512);
  private static final long LIMIT = 1_000_000;
  private static final long DINODE = 200;

  private final TreeMap<Long, ByteBuffer> blocks = new TreeMap<>();
  private final Dinode dinode =
      Dinode.format(ByteBuffer.allocate(512), DINODE, GEOMETRY, 1, 0100600);
  private final BlockMap map = new BlockMap(GEOMETRY, LIMIT, this::read);
  private long nextFree = 1000;
  private int reads;

  private ByteBuffer read(long block) {
    reads++;
    ByteBuffer content = blocks.get(block);
    return content == null ? ByteBuffer.allocate(512) : content;
  }

  private IndirectBlock indirect(long block) {
    ByteBuffer content = blocks.get(block);
    if (content == null) {
      content = ByteBuffer.allocate(512);
      blocks.put(block, content);
      return IndirectBlock.format(content, block, GEOMETRY);
    }
    return IndirectBlock.of(content, block, GEOMETRY);
  }

  /** Puts a data block at a logical block, with all indirect blocks above. */
  private void place(long logical, long physical) {
    int height = dinode.height();
    long node = 0;
    for (int level = 0; level < height; level++) {
      int index = GEOMETRY.pointerIndex(height, level, logical);
      long below = level == 0 ? dinode.pointer(index) : indirect(node).pointer(index);
      if (level == height - 1) {
        below = physical;
      } else if (below == 0) {
        below = nextFree++;
        indirect(below);
      }
      if (level == 0) {
        dinode.setPointer(index, below);
      } else {
        indirect(node).setPointer(index, below);
      }
      node = below;
    }
  }

  private List<String> walk() {
    List<String> seen = new ArrayList<>();
    map.walk(
        dinode,
        new TreeVisitor() {
          @Override
          public void indirect(long block, int level, long firstLogical, ByteBuffer content) {
            seen.add("indirect " + block + " level " + level + " from " + firstLogical);
          }

          @Override
          public void data(long logical, long block) {
            seen.add("data " + logical + " at " + block);
          }
        });
    return seen;
  }

  @ParameterizedTest
  @CsvSource({"1, 35", "2, 2135", "3, 130235", "4, 7944335", "6, 100000000"})
  void findsEveryBlock(int height, long reach) {
    Random random = new Random(height);
    dinode.setHeight(height);
    TreeMap<Long, Long> model = new TreeMap<>();
    for (int i = 0; i < 300; i++) {
      long logical = random.nextLong(reach);
      for (int run = 0; run < 1 + random.nextInt(5) && logical + run < reach; run++) {
        long physical = 500_000 + model.size() + (i % 3 == 0 ? random.nextInt(100) * 1000L : 0);
        if (!model.containsKey(logical + run) && !model.containsValue(physical)) {
          model.put(logical + run, physical);
          place(logical + run, physical);
        }
      }
    }
    model.forEach((logical, physical) -> assertEquals(physical, map.map(dinode, logical)));
    TreeMap<Long, Long> walked = new TreeMap<>();
    map.forEachExtent(
        dinode,
        extent -> {
          for (long i = 0; i < extent.length(); i++) {
            walked.put(extent.logical() + i, extent.physical() + i);
          }
          Long behind = model.get(extent.logical() + extent.length());
          assertTrue(behind == null || behind != extent.physical() + extent.length());
        });
    assertEquals(model, walked);
    for (int i = 0; i < 300; i++) {
      long logical = random.nextLong(reach + 1000);
      long max = random.nextLong(1, 101);
      assertEquals(model.getOrDefault(logical, 0L), map.map(dinode, logical));
      Extent extent = map.mapExtent(dinode, logical, max);
      assertTrue(extent.length() >= 1 && extent.length() <= max);
      for (long j = 0; j < extent.length(); j++) {
        long expected = extent.isHole() ? 0 : extent.physical() + j;
        assertEquals(expected, model.getOrDefault(logical + j, 0L));
      }
    }
  }

  @Test
  void showsParentsFirst() {
    dinode.setHeight(2);
    place(3, 5000);
    place(4, 5001);
    place(61, 6000);
    assertEquals(
        List.of(
            "indirect 1000 level 1 from 0",
            "data 3 at 5000",
            "data 4 at 5001",
            "indirect 1001 level 1 from 61",
            "data 61 at 6000"),
        walk());
  }

  @Test
  void stuffedInodesHaveNoTree() {
    assertEquals(List.of(), walk());
    assertEquals(0, map.map(dinode, 0));
    assertEquals(new Extent(5, 0, 9), map.mapExtent(dinode, 5, 9));
    assertEquals(0, map.map(dinode, -1));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 128, LIMIT, -1, Long.MIN_VALUE})
  void pointersOutsideTheVolumeAreNamed(long pointer) {
    dinode.setHeight(1);
    dinode.setPointer(4, pointer);
    CorruptBlockException e = assertThrows(CorruptBlockException.class, () -> map.map(dinode, 4));
    assertEquals(
        "block 0xc8 dinode pointer 0x"
            + Long.toHexString(pointer)
            + ": expected a block in 0x81..0xf423f",
        e.getMessage());
    assertThrows(CorruptBlockException.class, this::walk);
  }

  @Test
  void indirectBlocksMustBeSome() {
    dinode.setHeight(2);
    dinode.setPointer(0, 999);
    CorruptBlockException e = assertThrows(CorruptBlockException.class, () -> map.map(dinode, 0));
    assertEquals("block 0x3e7 indirect block mh_magic 0x0: expected 0x1161970", e.getMessage());
  }

  @Test
  void loopsEnd() {
    dinode.setHeight(10);
    dinode.setPointer(0, 1000);
    for (int i = 0; i < 61; i++) {
      indirect(1000).setPointer(i, 1001);
      indirect(1001).setPointer(i, 1000);
    }
    assertThrows(CorruptBlockException.class, () -> map.map(dinode, 0));
    assertThrows(CorruptBlockException.class, this::walk);
    assertTrue(reads < 10);
  }

  @Test
  void sharedBlocksDoNotMultiply() {
    dinode.setHeight(10);
    dinode.setPointer(0, 1000);
    for (int level = 0; level < 9; level++) {
      for (int i = 0; i < 61; i++) {
        indirect(1000 + level).setPointer(i, 1001 + level);
      }
    }
    CorruptBlockException e = assertThrows(CorruptBlockException.class, this::walk);
    assertEquals(
        "block 0x3ef pointer tree pointer 1 0x3f0: expected a block that this tree does not use"
            + " already",
        e.getMessage());
    assertTrue(reads < 20);
  }

  @Test
  void dataMayNotBeAnIndirectBlock() {
    dinode.setHeight(2);
    place(0, 5000);
    place(61, 1000);
    assertThrows(CorruptBlockException.class, this::walk);
    dinode.setPointer(0, DINODE);
    assertThrows(CorruptBlockException.class, () -> map.map(dinode, 0));
  }

  @Test
  void nothingLiesBehindTheLargestFile() {
    dinode.setHeight(10);
    long node = 1000;
    dinode.setPointer(0, node);
    for (int level = 1; level < 10; level++) {
      indirect(node).setPointer(60, level == 9 ? 5000 : node + 1);
      node++;
    }
    long last = 1;
    for (int level = 1; level < 10; level++) {
      last *= 61;
    }
    assertEquals("data " + (last - 1) + " at 5000", walk().getLast());
    dinode.setPointer(0, 0);
    dinode.setPointer(34, 1000);
    CorruptBlockException e = assertThrows(CorruptBlockException.class, this::walk);
    assertTrue(e.getMessage().endsWith("expected 0, as no file reaches that far"), e.getMessage());
  }

  @Test
  void theFragmentedJournalOfLinuxIsFound() {
    ImageExtract image = ImageExtract.load("fragmented-journal-4k.gz");
    BlockMap journalMap = new BlockMap(image.geometry(), image.limit(), image);
    Dinode journal = Dinode.of(image.read(0x6942), 0x6942, image.geometry());
    journal.check();
    List<Extent> extents = new ArrayList<>();
    journalMap.forEachExtent(journal, extents::add);
    assertEquals(1039, extents.size());
    assertEquals(0x6943, extents.getFirst().physical());
    assertEquals(8192, extents.stream().mapToLong(Extent::length).sum());
    long logical = 0;
    for (Extent extent : extents) {
      assertEquals(logical, extent.logical());
      assertEquals(extent.physical(), journalMap.map(journal, logical));
      logical += extent.length();
    }
    assertEquals(0x18de, journalMap.map(journal, 0x947));
  }

  @Test
  void mutatedTreesThrowNothingElseAndEnd() {
    Random random = new Random(17);
    for (int round = 0; round < 2_000; round++) {
      blocks.clear();
      nextFree = 1000;
      dinode.clearPayload();
      dinode.setHeight(1 + random.nextInt(4));
      for (int i = 0; i < 40; i++) {
        place(random.nextLong(Math.min(GEOMETRY.mappedBlocks(dinode.height()), 5000)), 5000 + i);
      }
      List<Map.Entry<Long, ByteBuffer>> all = new ArrayList<>(blocks.entrySet());
      for (int i = 0; i < 5; i++) {
        if (all.isEmpty() || random.nextInt(5) == 0) {
          mutate(random, dinode.buffer(), Geometry.DINODE_HEADER_BYTES);
        } else {
          mutate(random, all.get(random.nextInt(all.size())).getValue(), 0);
        }
      }
      reads = 0;
      try {
        walk();
      } catch (CorruptBlockException e) {
        assertTrue(e.getMessage().startsWith("block 0x"), e.getMessage());
      }
      assertTrue(reads <= blocks.size() + 1);
      try {
        map.mapExtent(dinode, random.nextLong(5000), 70);
      } catch (CorruptBlockException e) {
        assertTrue(e.getMessage().startsWith("block 0x"), e.getMessage());
      }
    }
  }

  private static void mutate(Random random, ByteBuffer target, int from) {
    if (random.nextBoolean()) {
      target.put(from + random.nextInt(512 - from), (byte) random.nextInt());
    } else {
      target.putLong(from + 8 * random.nextInt((512 - from) / 8), random.nextLong(990, 1030));
    }
  }
}
