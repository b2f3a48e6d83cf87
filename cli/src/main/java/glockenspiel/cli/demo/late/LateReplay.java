package glockenspiel.cli.demo.late;

import glockenspiel.cli.cluster.LocalFiles;
import glockenspiel.cli.workload.RunDirectory;
import glockenspiel.journal.core.ReplayListener;
import glockenspiel.node.filesystem.FileSystem;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.JournalState;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.VolumeInfo;
import glockenspiel.runtime.task.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * The old behaviour on an image, which it corrupts:
 *
 * <ol>
 *   <li>W makes files in its directory, and syncs: directory, dinodes and resource groups are in
 *       its journal, none of them in place;
 *   <li>W withdraws, and its locks are released at once: P may have them while W's journal waits;
 *   <li>P makes files in another directory, in the same resource group, and leaves in order;
 *   <li>only now W's journal is replayed: the resource group is again as W knew it, and W's dinodes
 *       lie over P's.
 * </ol>
 */
public final class LateReplay {
  private static final int W = 0;
  private static final int P = 1;
  private static final int FILES_OF_W = 12;
  private static final int FILES_OF_P = 20;

  private final SharedVolume volume;
  private final SplittableRandom random;
  private final Consumer<String> story;

  private LateReplay(SharedVolume volume, long seed, Consumer<String> story) {
    this.volume = volume;
    this.random = new SplittableRandom(seed);
    this.story = story;
  }

  /**
   * Does it.
   *
   * @param image a copy that may be ruined; not open
   * @param story told what happens, a line each
   * @return what the late replay did
   */
  public static ReplayResult run(Path image, long seed, Consumer<String> story) throws IOException {
    try (SharedVolume volume = SharedVolume.open(image)) {
      return new LateReplay(volume, seed, story).run();
    }
  }

  private ReplayResult run() {
    VolumeInfo info = volume.ask(opened -> Promise.of(opened.info()));
    for (int jid = 0; jid < info.journals(); jid++) {
      int which = jid;
      JournalCheck check = volume.ask(opened -> opened.check(which));
      if (check.state() != JournalState.CLEAN) {
        volume.ask(opened -> opened.replay(which, true, ReplayListener.NONE));
      }
    }
    SharedVolume.Mounted before = volume.mount(W, "W");
    String[] directories = new String[2];
    before.run(
        fs -> {
          String top = RunDirectory.make(new LocalFiles(fs));
          directories[W] = top + "/w";
          directories[P] = top + "/p";
          fs.createDirectory(directories[W], 0755);
          fs.createDirectory(directories[P], 0755);
        });
    before.unmount();

    SharedVolume.Mounted w = volume.mount(W, "W");
    w.run(
        fs -> {
          makeFiles(fs, directories[W], FILES_OF_W, 40_000);
          fs.sync();
        });
    story.accept(
        "W  makes %d files and syncs them: resource group and dinodes are in journal %d, not in place"
            .formatted(FILES_OF_W, W));
    w.die();
    story.accept("W  withdraws, and its locks are released at once; its journal waits");

    SharedVolume.Mounted p = volume.mount(P, "P");
    p.run(
        fs -> {
          makeFiles(fs, directories[P], FILES_OF_P, 9_000);
          fs.sync();
        });
    p.unmount();
    story.accept(
        "P  is granted the same resource group, makes %d files, and unmounts in order"
            .formatted(FILES_OF_P));

    ReplayResult replayed = volume.ask(opened -> opened.replay(W, false, ReplayListener.NONE));
    story.accept(
        "J  replays journal %d only now: %d of %d blocks put back over what P has done"
            .formatted(W, replayed.blocksReplayed(), replayed.blocksFound()));
    return replayed;
  }

  private void makeFiles(FileSystem fs, String directory, int count, int bytesMax) {
    for (int index = 0; index < count; index++) {
      String path = directory + "/f" + index;
      byte[] content = new byte[1 + random.nextInt(bytesMax)];
      random.nextBytes(content);
      if (!RunDirectory.fits(() -> fs.create(path, 0644))) {
        return;
      }
      fs.write(path, 0, ByteBuffer.wrap(content));
    }
  }
}
