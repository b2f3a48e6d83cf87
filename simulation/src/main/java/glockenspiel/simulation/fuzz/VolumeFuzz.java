package glockenspiel.simulation.fuzz;

import glockenspiel.journal.device.MemoryDisk;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.Superblock;
import glockenspiel.simulation.Simulation;
import glockenspiel.simulation.SimulationSettings;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Damages a volume as a seed says, and uses it. Whatever is in it, every call ends with an answer
 * or with one of our own errors, in one line; no more is read than a bound; nothing is written
 * outside the volume, over its superblock, or to a journal, but the clean header of the one that is
 * replayed; and a refused replay has written nothing.
 */
public final class VolumeFuzz {
  /** All calls of a seed together read at most so many times the device. */
  static final int READS_OF_THE_DEVICE_MAX = 64;

  private static final int WORLDS = 8;
  private static final int CHANGES_MAX = 4;
  private static final SimulationSettings SETTINGS =
      SimulationSettings.DEFAULT.withNodes(2, 3).withSteps(4_000).withFaults(List.of());

  /** Images with files, directories and dirty journals, by number; made once. */
  private static final Map<Long, MemoryDisk> SOUND = new ConcurrentHashMap<>();

  private VolumeFuzz() {}

  /** What the seed damages and finds. The same seed finds the same, with the same program. */
  public static FuzzResult run(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long world = random.nextInt(WORLDS);
    MemoryDisk sound =
        SOUND.computeIfAbsent(world, number -> Simulation.crashedDisk(number, SETTINGS));
    MemoryDisk disk = sound.copy(sound.size());
    Superblock superblock = superblock(disk);
    ImageMutator mutator = new ImageMutator(disk, superblock.geometry(), random);
    for (int i = 1 + random.nextInt(CHANGES_MAX); i > 0; i--) {
      mutator.change();
    }
    try (VolumeUse use = new VolumeUse(disk, superblock, random)) {
      use.run();
      List<String> broken = new ArrayList<>();
      for (String what : use.broken()) {
        broken.add(what + "; world " + world + ", " + String.join(", ", mutator.changes()));
      }
      return new FuzzResult(
          seed,
          use.opened(),
          use.replayed(),
          use.refused(),
          use.problems(),
          use.bytesRead(),
          broken);
    }
  }

  private static Superblock superblock(MemoryDisk disk) {
    return Superblock.read(ByteBuffer.wrap(disk.bytes(Geometry.SUPERBLOCK_BYTE, Superblock.BYTES)));
  }
}
