package glockenspiel.simulation.process;

import glockenspiel.image.FormatParameters;
import glockenspiel.image.ImageFormat;
import glockenspiel.journal.device.MemoryDisk;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An image that worlds begin with. It is made once for each shape and copied for each world.
 *
 * @param blockSize bytes
 * @param journals how many nodes can mount
 * @param journalBlocks size of each journal
 */
public record VolumeTemplate(int blockSize, int journals, int journalBlocks) {
  /** The volume's name, in all worlds. */
  public static final String LOCK_TABLE = "simulation:volume";

  private static final int GROUP_BLOCKS = 256;
  private static final int GROUPS = 6;
  private static final Map<VolumeTemplate, byte[]> MADE = new ConcurrentHashMap<>();

  /** A disk with a fresh copy of the image. */
  public MemoryDisk newDisk() {
    return MemoryDisk.of(MADE.computeIfAbsent(this, VolumeTemplate::make));
  }

  private byte[] make() {
    long blocks =
        (128L << 10) / blockSize
            + (long) journals * (journalBlocks + 64)
            + (long) GROUPS * GROUP_BLOCKS;
    FormatParameters parameters =
        new FormatParameters(
            blocks * blockSize,
            blockSize,
            journals,
            (long) journalBlocks * blockSize,
            (long) GROUP_BLOCKS * blockSize,
            blockSize,
            LOCK_TABLE,
            new UUID(blockSize, journals),
            0);
    byte[] image = new byte[Math.toIntExact(parameters.imageBytes())];
    ImageFormat.format(
        parameters, (first, content) -> copy(content, image, Math.toIntExact(first * blockSize)));
    return image;
  }

  private static void copy(ByteBuffer content, byte[] image, int at) {
    content.duplicate().get(image, at, content.remaining());
  }
}
