package glockenspiel.ondisk.walk;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.ImageExtract;
import glockenspiel.ondisk.Inum;
import glockenspiel.ondisk.directory.DirectoryEntry;
import glockenspiel.ondisk.directory.EntryBlock;
import glockenspiel.ondisk.directory.HashTable;
import glockenspiel.ondisk.inode.BlockMap;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.InodeContent;
import glockenspiel.ondisk.inode.StatfsChange;
import glockenspiel.ondisk.resourcegroup.Bitmap;
import glockenspiel.ondisk.resourcegroup.BlockState;
import glockenspiel.ondisk.resourcegroup.ResourceGroupHeader;
import glockenspiel.ondisk.resourcegroup.ResourceIndexEntry;
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

/**
 * Whole images that {@code fsck.gfs2} finds nothing wrong with: everything that this module reads
 * must fit.
 */
final class RealImagesTest {
  /** A reading of one image. */
  private static final class Reading {
    final ImageExtract image;
    final BlockMap map;
    final List<Bitmap> bitmaps = new ArrayList<>();
    final List<ResourceGroupHeader> headers = new ArrayList<>();
    final TreeMap<Long, Dinode> inodes = new TreeMap<>();
    final TreeMap<Long, BlockRole> roles = new TreeMap<>();

    Reading(String name) {
      image = ImageExtract.load(name);
      map = new BlockMap(image.geometry(), image.limit(), image);
    }

    Dinode dinode(long block) {
      return Dinode.of(image.read(block), block, image.geometry());
    }

    List<DirectoryEntry> entries(Dinode directory) {
      List<DirectoryEntry> entries = new ArrayList<>();
      if (directory.isExhash()) {
        new HashTable(directory, map).forEachLeaf(leaf -> leaf.entryBlock().forEach(entries::add));
      } else {
        EntryBlock.linear(directory).forEach(entries::add);
      }
      return entries;
    }

    long lookUp(Dinode directory, String name) {
      return entries(directory).stream()
          .filter(entry -> entry.nameText().equals(name))
          .mapToLong(entry -> entry.inum().address())
          .findFirst()
          .orElseThrow();
    }

    void readResourceGroups(Dinode rindex) {
      ByteBuffer index = ByteBuffer.allocate((int) rindex.size());
      new InodeContent(map).read(rindex, 0, index);
      for (int number = 0;
          number < ResourceIndexEntry.count(rindex.size(), rindex.block());
          number++) {
        ResourceIndexEntry entry =
            ResourceIndexEntry.read(
                index, number * ResourceIndexEntry.BYTES, number, image.geometry(), image.limit());
        ByteBuffer[] blocks = new ByteBuffer[entry.length()];
        for (int i = 0; i < blocks.length; i++) {
          blocks[i] = image.read(entry.address() + i);
        }
        bitmaps.add(Bitmap.of(entry, image.geometry(), blocks));
        ResourceGroupHeader header = ResourceGroupHeader.of(blocks[0], entry);
        header.checkCrc();
        headers.add(header);
      }
    }

    /** Visits an inode and all below, once each. */
    void visit(long block) {
      Dinode dinode = dinode(block);
      if (inodes.putIfAbsent(block, dinode) != null) {
        return;
      }
      dinode.check();
      long[] count = {0};
      InodeBlocks.forEach(
          dinode,
          map,
          (role, at) -> {
            count[0]++;
            assertNull(roles.put(at, role), "block used twice");
          });
      assertEquals(dinode.blocks(), count[0], "di_blocks of 0x" + Long.toHexString(block));
      if (dinode.isDirectory()) {
        List<DirectoryEntry> entries = entries(dinode);
        assertEquals(dinode.entries(), entries.size());
        for (DirectoryEntry entry : entries) {
          visit(entry.inum().address());
          Dinode target = requireNonNull(inodes.get(entry.inum().address()));
          assertEquals(new Inum(target.formalInode(), target.block()), entry.inum());
          assertEquals(target.type(), entry.type());
        }
      }
    }

    BlockState state(long block) {
      for (Bitmap bitmap : bitmaps) {
        if (bitmap.entry().maps(block)) {
          return bitmap.get(bitmap.indexOf(block));
        }
      }
      throw new AssertionError("no resource group maps 0x" + Long.toHexString(block));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "mkfs-4k.gz",
    "mkfs-512.gz",
    "small-files-1k.gz",
    "revoke-many-512.gz",
    "xattr-4k.gz"
  })
  void everythingFits(String name) {
    Reading reading = new Reading(name);
    long master = reading.image.superblock().master().address();
    long root = reading.image.superblock().root().address();
    Dinode masterDirectory = reading.dinode(master);
    reading.readResourceGroups(reading.dinode(reading.lookUp(masterDirectory, "rindex")));
    reading.visit(master);
    reading.visit(root);

    reading.roles.forEach(
        (block, role) ->
            assertEquals(
                role == BlockRole.DINODE ? BlockState.DINODE : BlockState.USED,
                reading.state(block)));
    long total = 0;
    long free = 0;
    long dinodes = 0;
    long used = 0;
    for (int i = 0; i < reading.bitmaps.size(); i++) {
      Bitmap bitmap = reading.bitmaps.get(i);
      ResourceGroupHeader header = reading.headers.get(i);
      assertEquals(header.free(), bitmap.count(BlockState.FREE));
      assertEquals(
          header.dinodes(), bitmap.count(BlockState.DINODE) + bitmap.count(BlockState.UNLINKED));
      assertEquals(0, bitmap.count(BlockState.UNLINKED));
      total += bitmap.size();
      free += header.free();
      dinodes += header.dinodes();
      used += bitmap.count(BlockState.USED);
    }
    assertEquals(reading.inodes.size(), dinodes);
    assertEquals(reading.roles.size(), used + dinodes);
    Dinode statfs = reading.dinode(reading.lookUp(masterDirectory, "statfs"));
    StatfsChange sum = StatfsChange.read(statfs);
    Dinode perNode = reading.dinode(reading.lookUp(masterDirectory, "per_node"));
    for (DirectoryEntry entry : reading.entries(perNode)) {
      if (entry.nameText().startsWith("statfs_change")) {
        sum = sum.plus(StatfsChange.read(reading.dinode(entry.inum().address())));
      }
    }
    assertEquals(new StatfsChange(total, free, dinodes), sum);
  }

  @Test
  void roleCountsAreThoseOfTheImage() {
    Reading reading = new Reading("revoke-many-512.gz");
    reading.visit(reading.image.superblock().master().address());
    reading.visit(reading.image.superblock().root().address());
    assertEquals(5, count(reading, BlockRole.HASH_TABLE));
    assertTrue(count(reading, BlockRole.LEAF) >= 100);
    assertTrue(count(reading, BlockRole.INDIRECT) >= 300);
    Reading xattr = new Reading("xattr-4k.gz");
    xattr.visit(xattr.image.superblock().root().address());
    assertEquals(1, count(xattr, BlockRole.ATTRIBUTE_INDIRECT));
    assertEquals(5, count(xattr, BlockRole.ATTRIBUTES));
  }

  private static long count(Reading reading, BlockRole role) {
    return reading.roles.values().stream().filter(r -> r == role).count();
  }

  @ParameterizedTest
  @ValueSource(strings = {"small-files-1k.gz", "revoke-many-512.gz", "xattr-4k.gz"})
  void mutatedImagesThrowNothingElse(String name) {
    Random random = new Random(name.hashCode());
    ImageExtract image = ImageExtract.load(name);
    BlockMap map = new BlockMap(image.geometry(), image.limit(), image);
    List<Long> numbers = new ArrayList<>(image.blocks().keySet());
    int failures = 0;
    for (int round = 0; round < 3000; round++) {
      long number = numbers.get(random.nextInt(numbers.size()));
      ByteBuffer block = image.read(number);
      byte[] saved = new byte[block.limit()];
      block.get(0, saved);
      for (int i = 0; i < 1 + random.nextInt(4); i++) {
        int reach = random.nextBoolean() ? 256 : block.limit();
        block.put(random.nextInt(reach), (byte) random.nextInt());
      }
      try {
        visitAll(image, map, number);
      } catch (CorruptBlockException e) {
        failures++;
        assertTrue(e.getMessage().contains(": expected "), e.getMessage());
      }
      block.put(0, saved);
    }
    assertTrue(failures > 100);
  }

  /** Every directory, and the mutated inode. */
  private static void visitAll(ImageExtract image, BlockMap map, long mutated) {
    long root = image.superblock().root().address();
    Dinode directory = Dinode.of(image.read(root), root, image.geometry());
    directory.check();
    byte[] name = "f00001".getBytes(StandardCharsets.UTF_8);
    EntryBlock.linear(directory)
        .forEach(
            entry -> {
              long at = entry.inum().address();
              if (map.isPointer(at)) {
                Dinode dinode = Dinode.of(image.read(at), at, image.geometry());
                dinode.check();
                InodeBlocks.forEach(dinode, map, (role, block) -> {});
                if (dinode.isDirectory() && dinode.isExhash()) {
                  new HashTable(dinode, map).find(name, entry.hash());
                }
              }
            });
    Dinode dinode = Dinode.of(image.read(mutated), mutated, image.geometry());
    dinode.check();
    InodeBlocks.forEach(dinode, map, (role, block) -> {});
  }
}
