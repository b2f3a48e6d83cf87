package glockenspiel.simulation.checker;

import glockenspiel.image.CheckReport;
import glockenspiel.image.ImageCheck;
import glockenspiel.image.JournalVerdict;
import glockenspiel.image.Problem;
import glockenspiel.journal.device.MemoryDisk;
import glockenspiel.ondisk.log.LogHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Rule 10: at rest, after clean unmounts or replays, there is nothing to say about the image. Every
 * journal's newest header must say clean, and the image check must find nothing.
 */
public final class ImageAtRest {
  private static final int PROBLEMS_TOLD = 3;

  private final Judge judge;
  private final MemoryDisk disk;
  private final VolumeMap map;

  /** Of this disk. */
  public ImageAtRest(Judge judge, MemoryDisk disk) {
    this.judge = judge;
    this.disk = disk;
    this.map = new VolumeMap(disk);
  }

  /** Looks now; nobody may be using the volume. */
  public void check(int journals) {
    List<JournalVerdict> verdicts = new ArrayList<>();
    for (int jid = 0; jid < journals; jid++) {
      LogHeader newest = map.newestHeader(jid);
      boolean clean = newest != null && newest.isClean();
      verdicts.add(new JournalVerdict(jid, clean, clean ? "clean" : "newest header " + newest));
    }
    int size = map.geometry().blockSize();
    CheckReport report =
        ImageCheck.check(
            map.geometry(),
            map.blocks(),
            block -> ByteBuffer.wrap(disk.bytes(block * size, size)),
            verdicts);
    for (Problem problem : report.problems().stream().limit(PROBLEMS_TOLD).toList()) {
      judge.violated(10, report.problemsFound() + " problems: " + problem.text());
    }
  }
}
