package glockenspiel.journal.core;

import glockenspiel.journal.device.BlockDevice;
import glockenspiel.journal.device.DeviceWrite;
import glockenspiel.journal.device.PieceMemory;
import glockenspiel.ondisk.Geometry;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.runtime.task.SerialOwner;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What the parts of one volume share: its owner, the ports, and what the image says. */
record VolumeAccess(
    SerialOwner owner,
    BlockDevice device,
    GroupSync groupSync,
    StateKeeper keeper,
    HeaderClock clock,
    PieceMemory memory,
    VolumeLayout layout) {
  Geometry geometry() {
    return layout.geometry();
  }

  /** Reads one block. Only inside a task. */
  ByteBuffer read(long block) {
    return owner.await(device.read(block << geometry().blockShift(), geometry().blockSize()));
  }

  /** The writes of some blocks in the order of the device, so that neighbours go together. */
  List<DeviceWrite> sorted(List<BlockImage> images) {
    List<BlockImage> sorted = new ArrayList<>(images);
    sorted.sort(Comparator.comparingLong(BlockImage::block));
    List<DeviceWrite> writes = new ArrayList<>(sorted.size());
    for (BlockImage image : sorted) {
      writes.add(
          new DeviceWrite(image.block() << geometry().blockShift(), image.content().duplicate()));
    }
    return writes;
  }
}
