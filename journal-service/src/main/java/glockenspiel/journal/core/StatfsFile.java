package glockenspiel.journal.core;

import glockenspiel.journal.device.DeviceWrite;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.StatfsChange;

/** A statfs file as it is in place: the master, or a node's change. Both are stuffed dinodes. */
final class StatfsFile {
  private final VolumeAccess volume;
  private final Dinode dinode;
  private final StatfsChange counts;

  private StatfsFile(VolumeAccess volume, Dinode dinode) {
    this.volume = volume;
    this.dinode = dinode;
    this.counts = StatfsChange.readUnchecked(dinode);
  }

  /**
   * Reads it. Only inside a task.
   *
   * @throws glockenspiel.ondisk.CorruptBlockException if it is none
   */
  static StatfsFile read(VolumeAccess volume, long block) {
    return new StatfsFile(volume, Dinode.of(volume.read(block), block, volume.geometry()));
  }

  StatfsChange counts() {
    return counts;
  }

  /** The write that gives it these counts. */
  DeviceWrite with(StatfsChange changed) {
    changed.writeUnchecked(dinode);
    return new DeviceWrite(dinode.block() << volume.geometry().blockShift(), dinode.buffer());
  }
}
