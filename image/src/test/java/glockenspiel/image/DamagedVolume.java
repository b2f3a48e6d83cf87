package glockenspiel.image;

import glockenspiel.ondisk.Superblock;
import glockenspiel.ondisk.directory.EntryBlock;
import glockenspiel.ondisk.directory.HashTable;
import glockenspiel.ondisk.directory.Leaf;
import glockenspiel.ondisk.directory.NameHash;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.resourcegroup.Bitmap;
import glockenspiel.ondisk.resourcegroup.BlockState;
import glockenspiel.ondisk.resourcegroup.ResourceGroupHeader;
import glockenspiel.ondisk.resourcegroup.ResourceIndexEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Finds the places in an image that a damage test writes to. All views write through. */
final class DamagedVolume {
  private final MemoryImage image;
  private final VolumeReader volume;

  DamagedVolume(MemoryImage image) {
    this.image = image;
    this.volume = image.volume();
  }

  ByteBuffer superblockBlock() {
    return image.block(image.geometry().superblockBlock());
  }

  Superblock superblock() {
    return volume.superblock();
  }

  ByteBuffer block(long block) {
    return image.block(block);
  }

  long blocks() {
    return image.blocks();
  }

  Dinode root() {
    return volume.inode(superblock().root().address());
  }

  Dinode master() {
    return volume.inode(superblock().master().address());
  }

  /** An inode by names, from the root directory. */
  Dinode file(String... path) {
    Dinode at = root();
    for (String name : path) {
      at = volume.require(at, name);
    }
    return at;
  }

  /** An inode by names, from the master directory. */
  Dinode system(String... path) {
    Dinode at = master();
    for (String name : path) {
      at = volume.require(at, name);
    }
    return at;
  }

  /** The first regular file with a tree, in a directory. */
  Dinode fileWithTree(Dinode directory) {
    return filesOf(directory).stream()
        .filter(file -> !file.isDirectory() && file.height() > 0 && file.pointer(0) != 0)
        .findFirst()
        .orElseThrow();
  }

  /** The first regular file of the root directory. */
  Dinode anyFile() {
    return filesOf(root()).stream().filter(file -> !file.isDirectory()).findFirst().orElseThrow();
  }

  List<Dinode> filesOf(Dinode directory) {
    List<Dinode> files = new ArrayList<>();
    for (EntryBlock block : entryBlocks(directory)) {
      block.forEach(
          entry -> {
            if (!entry.nameText().startsWith(".")) {
              files.add(volume.inode(entry.inum().address()));
            }
          });
    }
    return files;
  }

  private List<EntryBlock> entryBlocks(Dinode directory) {
    List<EntryBlock> blocks = new ArrayList<>();
    if (directory.isExhash()) {
      new HashTable(directory, volume.map()).forEachLeaf(leaf -> blocks.add(leaf.entryBlock()));
    } else {
      blocks.add(EntryBlock.linear(directory));
    }
    return blocks;
  }

  Leaf firstLeaf(Dinode directory) {
    List<Leaf> leaves = new ArrayList<>();
    new HashTable(directory, volume.map()).forEachLeaf(leaves::add);
    return leaves.getFirst();
  }

  /** Where an entry starts. */
  ByteBuffer entry(Dinode directory, String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    int hash = NameHash.of(bytes);
    if (!directory.isExhash()) {
      int at = EntryBlock.linear(directory).find(bytes, hash);
      return image.block(directory.block()).slice(at, 40 + bytes.length);
    }
    Leaf leaf = new HashTable(directory, volume.map()).find(bytes, hash);
    if (leaf == null) {
      throw new IllegalArgumentException(name);
    }
    return leaf.buffer().slice(leaf.entryBlock().find(bytes, hash), 40 + bytes.length);
  }

  /** Removes an entry, and counts it off, as if it had never been. */
  void removeEntry(Dinode directory, String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    int hash = NameHash.of(bytes);
    if (directory.isExhash()) {
      Leaf leaf = new HashTable(directory, volume.map()).find(bytes, hash);
      if (leaf == null) {
        throw new IllegalArgumentException(name);
      }
      leaf.remove(leaf.entryBlock().find(bytes, hash));
    } else {
      EntryBlock block = EntryBlock.linear(directory);
      block.remove(block.find(bytes, hash));
    }
    directory.setEntries(directory.entries() - 1);
  }

  ResourceIndexEntry groupEntry(int number) {
    return volume.resourceGroup(system("rindex"), number);
  }

  int groups() {
    return volume.resourceGroups(system("rindex"));
  }

  ResourceGroupHeader groupHeader(int number) {
    ResourceIndexEntry entry = groupEntry(number);
    return ResourceGroupHeader.of(image.block(entry.address()), entry);
  }

  Bitmap bitmap(int number) {
    ResourceIndexEntry entry = groupEntry(number);
    ByteBuffer[] blocks = new ByteBuffer[entry.length()];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = image.block(entry.address() + i);
    }
    return Bitmap.of(entry, image.geometry(), blocks);
  }

  /** The last group, which has free blocks. */
  int lastGroup() {
    return groups() - 1;
  }

  /** Sets a block's state in its bitmap. */
  void setState(long block, BlockState state) {
    for (int number = 0; number < groups(); number++) {
      if (groupEntry(number).maps(block)) {
        Bitmap bitmap = bitmap(number);
        bitmap.set(bitmap.indexOf(block), state);
      }
    }
  }
}
