package glockenspiel.image;

import glockenspiel.image.DirectoryShape.Name;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.inode.FileType;
import java.util.ArrayList;
import java.util.List;

/**
 * The names in the directories of a new image, in the order of {@link SystemInodes}.
 *
 * @param master the master directory
 * @param jindex {@code journalN}
 * @param perNode {@code inum_rangeN}, {@code statfs_changeN}, {@code quota_changeN}
 * @param root empty
 */
record SystemDirectoryShapes(
    DirectoryShape master, DirectoryShape jindex, DirectoryShape perNode, DirectoryShape root) {
  static SystemDirectoryShapes of(Geometry geometry, int journals) {
    List<Name> master = names();
    master.add(Name.of("jindex", FileType.DIRECTORY));
    master.add(Name.of("per_node", FileType.DIRECTORY));
    for (String file : List.of("inum", "statfs", "rindex", "quota")) {
      master.add(Name.of(file, FileType.REGULAR));
    }
    List<Name> jindex = names();
    List<Name> perNode = names();
    for (int jid = 0; jid < journals; jid++) {
      jindex.add(Name.of("journal" + jid, FileType.REGULAR));
      for (String file : List.of("inum_range", "statfs_change", "quota_change")) {
        perNode.add(Name.of(file + jid, FileType.REGULAR));
      }
    }
    return new SystemDirectoryShapes(
        new DirectoryShape(geometry, master),
        new DirectoryShape(geometry, jindex),
        new DirectoryShape(geometry, perNode),
        new DirectoryShape(geometry, names()));
  }

  private static List<Name> names() {
    List<Name> names = new ArrayList<>();
    names.add(Name.of(".", FileType.DIRECTORY));
    names.add(Name.of("..", FileType.DIRECTORY));
    return names;
  }
}
