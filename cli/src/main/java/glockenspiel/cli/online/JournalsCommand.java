package glockenspiel.cli.online;

import glockenspiel.cli.output.ExitCode;
import glockenspiel.cli.output.Output;
import glockenspiel.cli.output.Table;
import glockenspiel.journal.v1.BlockStorageServiceGrpc;
import glockenspiel.journal.v1.JournalCheck;
import glockenspiel.journal.v1.JournalServiceGrpc;
import glockenspiel.journal.v1.ListJournalsRequest;
import glockenspiel.journal.v1.ListVolumesRequest;
import glockenspiel.journal.v1.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code glock journals}: the journals of the volumes that the journal-service serves. */
@Command(
    name = "journals",
    description = "Shows the journals of every volume that the journal-service serves.",
    mixinStandardHelpOptions = true)
public final class JournalsCommand implements Callable<Integer> {
  @Mixin private final Services services = new Services();
  @Mixin private Output output = new Output();

  /** What is printed. */
  record Journals(List<VolumeJournals> volumes) {}

  /** A volume. */
  record VolumeJournals(String volume, List<Journal> journals) {}

  /** A journal; positions are blocks inside it. */
  record Journal(
      int jid,
      String state,
      boolean open,
      long epoch,
      @Nullable Long headBlock,
      long sequence,
      long tail,
      long blocks,
      @Nullable String problem) {}

  @Override
  public Integer call() {
    try (services) {
      var storage = services.journalService(BlockStorageServiceGrpc::newBlockingStub);
      var journalService = services.journalService(JournalServiceGrpc::newBlockingStub);
      List<VolumeJournals> volumes = new ArrayList<>();
      for (Volume volume :
          storage.listVolumes(ListVolumesRequest.getDefaultInstance()).getVolumesList()) {
        volumes.add(
            new VolumeJournals(
                volume.getName(),
                journalService
                    .listJournals(
                        ListJournalsRequest.newBuilder().setVolume(volume.getName()).build())
                    .getJournalsList()
                    .stream()
                    .map(JournalsCommand::view)
                    .toList()));
      }
      output.print(new Journals(volumes), lines(volumes));
      return ExitCode.OK;
    }
  }

  private static Journal view(JournalCheck journal) {
    return new Journal(
        journal.getJid(),
        Names.of(journal.getState()),
        journal.getOpen(),
        journal.getEpoch(),
        journal.hasHeadBlock() ? journal.getHeadBlock() : null,
        journal.getSequence(),
        journal.getTail(),
        journal.getBlocks(),
        journal.getProblem().isEmpty() ? null : journal.getProblem());
  }

  private static List<String> lines(List<VolumeJournals> volumes) {
    Table table =
        new Table(
            "VOLUME",
            "JID",
            "STATE",
            "OPEN",
            "EPOCH",
            "HEAD",
            "SEQUENCE",
            "TAIL",
            "BLOCKS",
            "PROBLEM");
    for (VolumeJournals volume : volumes) {
      for (Journal journal : volume.journals()) {
        table.row(
            volume.volume(),
            journal.jid(),
            journal.state(),
            journal.open() ? "open" : "closed",
            journal.epoch(),
            journal.headBlock() == null ? "-" : journal.headBlock(),
            journal.sequence(),
            journal.tail(),
            journal.blocks(),
            journal.problem() == null ? "" : journal.problem());
      }
    }
    return table.lines();
  }
}
