package glockenspiel.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.DinodeFlags;
import glockenspiel.ondisk.inode.StatfsChange;
import glockenspiel.ondisk.resourcegroup.Bitmap;
import glockenspiel.ondisk.resourcegroup.BlockState;
import glockenspiel.ondisk.resourcegroup.ResourceGroupHeader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of damage is reported, at its place; fsck.gfs2 agrees that the image is bad. */
class ImageCheckDamageTest {
  /** What fsck.gfs2 makes of a damage. */
  enum Fsck {
    /** It says that the image is bad (or crashes over it). */
    COMPLAINS,
    /** It has nothing to say. */
    IS_SILENT,
    /** It never ends. */
    HANGS
  }

  /**
   * A damage.
   *
   * @param name what is done
   * @param hashed whether to do it to the 512-byte image, whose directories are hashed
   * @param field part of the text of a problem that must be reported
   * @param fsck what fsck.gfs2 makes of it
   * @param act does it
   */
  record Damage(String name, boolean hashed, String field, Fsck fsck, Consumer<DamagedVolume> act) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final int ENTRY_ADDRESS_AT = 8;
  private static final int ENTRY_HASH_AT = 16;
  private static final int ENTRY_TYPE_AT = 24;

  private static MemoryImage linear;
  private static MemoryImage hashed;

  @BeforeAll
  static void readImages() throws IOException {
    linear = KernelImage.replayed("12-truncate-rename-xattr-4k");
    hashed = KernelImage.replayed("06-revoke-many-512");
  }

  private static Damage linear(String name, String field, Consumer<DamagedVolume> act) {
    return new Damage(name, false, field, Fsck.COMPLAINS, act);
  }

  private static Damage hashed(String name, String field, Consumer<DamagedVolume> act) {
    return new Damage(name, true, field, Fsck.COMPLAINS, act);
  }

  private static Damage silent(String name, String field, Consumer<DamagedVolume> act) {
    return new Damage(name, false, field, Fsck.IS_SILENT, act);
  }

  static Stream<Damage> damages() {
    return Stream.of(groups(), inodes(), directories(), systemFiles()).flatMap(List::stream);
  }

  private static List<Damage> groups() {
    return List.of(
        linear(
            "free block marked used",
            "USED: expected FREE",
            v -> {
              Bitmap bitmap = v.bitmap(v.lastGroup());
              bitmap.set(bitmap.find(BlockState.FREE, 100), BlockState.USED);
            }),
        linear(
            "root marked free",
            "FREE: expected DINODE",
            v -> v.setState(v.root().block(), BlockState.FREE)),
        hashed(
            "data marked free",
            "FREE: expected USED",
            v -> v.setState(v.fileWithTree(v.system("per_node")).pointer(0), BlockState.FREE)),
        linear(
            "root marked used",
            "USED: expected DINODE",
            v -> v.setState(v.root().block(), BlockState.USED)),
        linear(
            "file marked unlinked",
            "UNLINKED: expected DINODE",
            v -> v.setState(v.anyFile().block(), BlockState.UNLINKED)),
        hashed(
            "data marked as an inode",
            "DINODE: expected USED",
            v -> v.setState(v.fileWithTree(v.system("per_node")).pointer(0), BlockState.DINODE)),
        hashed(
            "leaf marked free",
            "FREE: expected USED",
            v -> v.setState(v.firstLeaf(v.master()).block(), BlockState.FREE)),
        linear("free count", "rg_free", v -> count(v, h -> h.setFree(h.free() - 1))),
        linear("dinode count", "rg_dinodes", v -> count(v, h -> h.setDinodes(h.dinodes() + 1))),
        linear(
            "group's CRC",
            "rg_crc",
            v -> v.block(v.groupEntry(0).address()).putInt(64, 0x12345678)),
        linear(
            "group without magic",
            "mh_magic",
            v -> v.block(v.groupEntry(0).address()).putInt(0, 0)),
        linear(
            "rindex entry",
            "ri_data",
            v -> v.system("rindex").stuffedData().putInt(24, 0x7fffffff)),
        linear(
            "rindex out of order",
            "ri_addr",
            v -> {
              byte[] entry = new byte[96];
              v.system("rindex").stuffedData().get(0, entry);
              v.system("rindex").stuffedData().put(96, entry);
            }));
  }

  private static void count(DamagedVolume volume, Consumer<ResourceGroupHeader> change) {
    ResourceGroupHeader header = volume.groupHeader(volume.lastGroup());
    change.accept(header);
    header.updateCrc();
  }

  private static List<Damage> inodes() {
    return List.of(
        linear(
            "block used twice",
            "a block that nothing else points at",
            v -> {
              Dinode file = v.system("per_node", "quota_change0");
              file.setPointer(5, file.pointer(4));
            }),
        linear(
            "two inodes with one block",
            "a block that nothing else points at",
            v ->
                v.fileWithTree(v.system("jindex"))
                    .setPointer(0, v.system("per_node", "quota_change0").pointer(0))),
        linear(
            "pointer behind the volume",
            "a block of a resource group",
            v -> v.system("per_node", "quota_change0").setPointer(9, v.blocks() + 5)),
        linear(
            "pointer to a group's header",
            "a block of a resource group",
            v -> v.system("per_node", "quota_change0").setPointer(9, v.groupEntry(0).address())),
        hashed(
            "indirect block without magic",
            "indirect block mh_magic",
            v -> v.block(v.system("jindex", "journal0").pointer(0)).putInt(0, 0)),
        linear("number of blocks", "di_blocks", v -> v.root().setBlocks(9)),
        linear("links of a file", "di_nlink", v -> v.system("inum").setLinks(2)),
        linear("links of a directory", "di_nlink", v -> v.root().setLinks(9)),
        linear(
            "inode's own address",
            "di_num.no_addr",
            v -> v.block(v.anyFile().block()).putLong(32, 77)),
        linear(
            "inode without magic",
            "dinode mh_magic",
            v -> v.block(v.anyFile().block()).putInt(0, 0)),
        linear("goal", "di_goal_meta", v -> v.root().setGoalMeta(1L << 50)),
        linear("height", "di_height", v -> v.anyFile().setHeight(11)),
        linear(
            "extended attributes",
            "extended attribute mh_type 4",
            v -> v.anyFile().setEattr(v.root().block())),
        linear("system flag", "SYSTEM", v -> v.system("inum").setFlags(DinodeFlags.JDATA)));
  }

  private static List<Damage> directories() {
    return List.of(
        linear(
            "hash of an entry",
            "de_hash",
            v -> v.entry(v.master(), "inum").putInt(ENTRY_HASH_AT, 1)),
        linear(
            "type of an entry",
            "de_type",
            v -> v.entry(v.master(), "per_node").putShort(ENTRY_TYPE_AT, (short) 8)),
        silent(
            "formal inode number of an entry",
            "no_formal_ino",
            v -> v.entry(v.system("per_node"), "inum_range0").putLong(0, 4711)),
        linear(
            "entry to nowhere",
            "a block of a resource group",
            v -> v.entry(v.system("per_node"), "inum_range0").putLong(ENTRY_ADDRESS_AT, 3)),
        linear(
            "parent",
            "no_addr of ..",
            v -> v.entry(v.system("per_node"), "..").putLong(ENTRY_ADDRESS_AT, v.root().block())),
        linear(
            "itself",
            "no_addr of .",
            v -> v.entry(v.root(), ".").putLong(ENTRY_ADDRESS_AT, v.master().block())),
        linear("number of entries", "di_entries", v -> v.root().setEntries(1)),
        linear(
            "inode without an entry",
            "entries in directories",
            v -> v.removeEntry(v.system("per_node"), "inum_range0")),
        hashed("leaf's count", "lf_entries", v -> v.firstLeaf(v.master()).setEntries(3)),
        hashed("leaf's depth", "lf_depth", v -> v.firstLeaf(v.master()).setDepth(5)),
        hashed(
            "slot of the hash table",
            "slot 3",
            v -> v.block(v.master().block()).putLong(232 + 3 * 8, 0)),
        hashed(
            "leaf without magic",
            "leaf mh_magic",
            v -> v.firstLeaf(v.master()).buffer().putInt(0, 0)),
        new Damage(
            "leaf chained to itself",
            true,
            "lf_next",
            Fsck.HANGS,
            v -> v.firstLeaf(v.master()).setNext(v.firstLeaf(v.master()).block())),
        hashed("depth", "di_size", v -> v.master().setDepth(4)));
  }

  private static List<Damage> systemFiles() {
    return List.of(
        linear(
            "statfs",
            "statfs content",
            v ->
                StatfsChange.read(v.system("statfs"))
                    .plus(new StatfsChange(0, 1, 0))
                    .write(v.system("statfs"))),
        linear(
            "quota change block",
            "quota change mh_magic",
            v -> v.block(v.system("per_node", "quota_change0").pointer(0)).putInt(0, 0)),
        linear("superblock's magic", "mh_magic", v -> v.superblockBlock().putInt(0, 0)),
        linear("superblock's type", "mh_type", v -> v.superblockBlock().putInt(4, 4)),
        linear("block size", "sb_bsize", v -> v.superblockBlock().putInt(36, 1000)),
        linear("format", "sb_fs_format", v -> v.superblockBlock().putInt(24, 7)),
        silent(
            "journal's size",
            "di_size",
            v -> v.system("jindex", "journal0").setSize(4096 * 100 + 7)),
        linear(
            "master directory outside",
            "sb_master_dir",
            v -> v.superblockBlock().putLong(56, 1L << 40)),
        linear(
            "hole in a journal",
            "blocks without holes",
            v -> {
              Dinode journal = v.system("jindex", "journal0");
              journal.setPointer(0, 0);
            }));
  }

  @ParameterizedTest
  @MethodSource("damages")
  void damageIsReported(Damage damage, @TempDir Path folder) throws Exception {
    MemoryImage image = (damage.hashed() ? hashed : linear).copy();
    damage.act().accept(new DamagedVolume(image));
    CheckReport report = image.check();
    assertFalse(report.isClean());
    assertTrue(
        report.problems().stream().anyMatch(problem -> problem.text().contains(damage.field())),
        () -> report.problems().toString());
    assertTrue(report.problemsFound() < 20, () -> report.problems().toString());
    if (Gfs2Utils.hasFsck() && damage.fsck() != Fsck.HANGS) {
      Gfs2Utils.Verdict verdict = Gfs2Utils.fsck(image, folder);
      assertEquals(damage.fsck() == Fsck.IS_SILENT, verdict.isClean(), verdict::toString);
    }
  }

  @Test
  void problemsNameTheirPlace() {
    MemoryImage image = linear.copy();
    DamagedVolume volume = new DamagedVolume(image);
    long root = volume.root().block();
    long blocks = volume.root().blocks();
    volume.root().setBlocks(4711);
    Problem problem = image.check().problems().getFirst();
    assertEquals(root, problem.block());
    assertEquals("dinode", problem.structure());
    assertEquals("di_blocks", problem.field());
    assertEquals("4711", problem.found());
    assertEquals(Long.toString(blocks), problem.expected());
    assertEquals(
        "block 0x" + Long.toHexString(root) + " dinode di_blocks 4711: expected " + blocks,
        problem.text());
  }

  @Test
  void listIsBoundedAndCountIsNot() {
    MemoryImage image = linear.copy();
    Dinode file = new DamagedVolume(image).system("per_node", "quota_change0");
    for (int index = 0; index < 200; index++) {
      file.setPointer(index, image.blocks() + index);
    }
    CheckReport report = ImageCheck.check(image.geometry(), image.blocks(), image, List.of(), 10);
    assertEquals(10, report.problems().size());
    assertTrue(report.problemsFound() >= 200);
  }

  @Test
  void localStatfsChangesAreNotedAndTheMasterMustBeRightWithoutThem() {
    MemoryImage image = linear.copy();
    DamagedVolume volume = new DamagedVolume(image);
    new StatfsChange(0, -3, 2).write(volume.system("per_node", "statfs_change0"));
    CheckReport report = image.check();
    assertTrue(report.isClean());
    assertEquals(
        List.of("statfs_change0: total 0, free -3, dinodes 2 not yet in the master file"),
        report.notes());
    StatfsChange.read(volume.system("statfs"))
        .plus(new StatfsChange(0, 3, -2))
        .write(volume.system("statfs"));
    report = image.check();
    assertEquals(1, report.problemsFound());
    assertTrue(report.problems().getFirst().expected().endsWith("with the nodes' changes"));
  }

  @Test
  void unlinkedInodesAreNoted() {
    MemoryImage image = linear.copy();
    DamagedVolume volume = new DamagedVolume(image);
    Dinode file = volume.fileWithTree(volume.system("per_node"));
    volume.removeEntry(volume.system("per_node"), "quota_change0");
    file.setLinks(0);
    volume.setState(file.block(), BlockState.UNLINKED);
    CheckReport report = image.check();
    assertEquals(1, report.unlinked());
    assertEquals(1, report.notes().size());
    // The file was a system's; nothing else may be wrong.
    assertEquals(1, report.problemsFound(), () -> report.problems().toString());
    assertEquals("entry quota_change0", report.problems().getFirst().field());
    file.setLinks(1);
    assertTrue(
        image.check().problems().stream()
            .anyMatch(problem -> problem.field().equals("di_nlink of an unlinked inode")));
  }
}
