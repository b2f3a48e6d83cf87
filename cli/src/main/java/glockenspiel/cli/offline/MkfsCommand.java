package glockenspiel.cli.offline;

import glockenspiel.cli.output.ByteSize;
import glockenspiel.cli.output.CommandFailure;
import glockenspiel.cli.output.Output;
import glockenspiel.image.FormatParameters;
import glockenspiel.image.FormattedImage;
import glockenspiel.image.ImageFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code glock mkfs}: makes an image. */
@Command(
    name = "mkfs",
    description = "Makes a GFS2 image: what mkfs.gfs2 makes, and Linux mounts.",
    mixinStandardHelpOptions = true)
public final class MkfsCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "IMAGE", description = "The file to make.")
  private Path image = Path.of("");

  @Option(
      names = "--size",
      required = true,
      converter = ByteSize.class,
      description = "Size of the image, such as 256M.")
  private long size;

  @Option(
      names = "--journals",
      required = true,
      description = "Number of journals: one for each node that mounts at the same time.")
  private int journals;

  @Option(
      names = "--journal-size",
      converter = ByteSize.class,
      description =
          "Size of each journal, 8M to 1G. Default: by the size of the image, at most 32M.")
  private @Nullable Long journalSize;

  @Option(
      names = "--block-size",
      defaultValue = "4096",
      description = "512, 1024, 2048 or 4096 bytes. Default: ${DEFAULT-VALUE}")
  private int blockSize;

  @Option(
      names = "--table",
      defaultValue = "demo:fs",
      paramLabel = "CLUSTER:FS",
      description = "The volume's name. Default: ${DEFAULT-VALUE}")
  private String table = "";

  @Option(names = "--force", description = "Overwrites a file that exists.")
  private boolean force;

  @Mixin private Output output = new Output();

  /** What is printed. */
  record Made(
      String volume, String uuid, int blockSize, long blocks, int journals, long journalBlocks) {}

  @Override
  public Integer call() throws IOException {
    FormatParameters parameters = parameters();
    boolean existed = Files.exists(image);
    boolean made = false;
    try (ImageFile file = ImageFile.create(image, size, force)) {
      FormattedImage formatted = ImageFormat.format(parameters, file.sink(blockSize));
      file.sync();
      made = true;
      print(formatted);
      return 0;
    } catch (IllegalArgumentException refused) {
      throw CommandFailure.wrongUsage(String.valueOf(refused.getMessage()));
    } finally {
      if (!made && !existed) {
        Files.deleteIfExists(image);
      }
    }
  }

  private FormatParameters parameters() {
    try {
      UUID uuid = UUID.randomUUID();
      FormatParameters parameters =
          FormatParameters.of(size, journals, table, uuid)
              .withBlockSize(blockSize)
              .withSeconds(System.currentTimeMillis() / 1000);
      if (journalSize != null) {
        parameters = parameters.withJournalBytes(journalSize);
      }
      return parameters.requireMountable();
    } catch (IllegalArgumentException refused) {
      throw CommandFailure.wrongUsage(String.valueOf(refused.getMessage()));
    }
  }

  private void print(FormattedImage formatted) {
    Made made =
        new Made(
            table,
            formatted.superblock().uuid().toString(),
            blockSize,
            formatted.blocks(),
            formatted.journals(),
            formatted.journalBlocks());
    output.print(
        made,
        List.of(
            "%s: volume %s, uuid %s, %d blocks of %d bytes, %d journals of %d blocks"
                .formatted(
                    image,
                    made.volume(),
                    made.uuid(),
                    made.blocks(),
                    made.blockSize(),
                    made.journals(),
                    made.journalBlocks())));
  }
}
