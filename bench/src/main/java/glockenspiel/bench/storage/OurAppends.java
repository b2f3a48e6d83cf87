package glockenspiel.bench.storage;

import glockenspiel.bench.measure.Samples;
import glockenspiel.bench.process.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Our journal-service in a process of its own, under the appends that peers are given, too. */
public final class OurAppends implements AutoCloseable {
  private static final int JOURNAL_MEBIBYTES = 8;

  private final WorkFolder folder;
  private final ServerProcess service;
  private final List<StorageNode> nodes = new ArrayList<>();
  private final List<AppendLoad> loads = new ArrayList<>();

  private OurAppends(WorkFolder folder, ServerProcess service) {
    this.folder = folder;
    this.service = service;
  }

  /**
   * Starts the journal-service, and nodes that append one block of 4 KiB a flush.
   *
   * @param work a folder on the disk that is to be measured
   */
  public static OurAppends start(Path work, int nodes) throws IOException, InterruptedException {
    WorkFolder folder = WorkFolder.in(work, "appends");
    OurAppends ours = null;
    try {
      Path image = BenchImage.make(folder.file("volume.img"), nodes, JOURNAL_MEBIBYTES);
      ours = new OurAppends(folder, ServerProcess.journalService(image));
      ours.open(nodes);
      return ours;
    } catch (IOException failure) {
      if (ours == null) {
        folder.close();
      } else {
        ours.close();
      }
      throw failure;
    }
  }

  private void open(int count) throws IOException, InterruptedException {
    for (int jid = 0; jid < count; jid++) {
      StorageNode node = StorageNode.open(service.port(), jid);
      nodes.add(node);
      loads.add(AppendLoad.of(node, 1));
    }
  }

  /** One node, each append when the one before is durable; adds their times. */
  public void oneByOne(Samples samples, int count) throws IOException, InterruptedException {
    loads.getFirst().run(samples, count, 1);
  }

  /** All nodes, one append of each under way; appends in a second. */
  public double together(long nanos) throws IOException, InterruptedException {
    return AppendLoad.together(loads, nanos, 1);
  }

  @Override
  public void close() throws IOException {
    nodes.forEach(StorageNode::close);
    service.close();
    folder.close();
  }
}
