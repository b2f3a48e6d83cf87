package glockenspiel.journal.device;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Whether the tests' folder lies on a file system with direct I/O, asked without the device. */
public final class DirectFolder {
  private DirectFolder() {}

  /** Ends the test, unless it can be done. */
  public static void assumeFits(Path folder, Transfer transfer) throws IOException {
    assumeTrue(transfer == Transfer.CACHED || hasDirectIo(folder), folder + " has no direct I/O");
  }

  private static boolean hasDirectIo(Path folder) throws IOException {
    Path probe = Files.createTempFile(folder, "probe", "");
    try (FileChannel channel =
        FileChannel.open(probe, StandardOpenOption.READ, DirectFile.option())) {
      return channel.isOpen();
    } catch (FileSystemException | UnsupportedOperationException refused) {
      return false;
    } finally {
      Files.delete(probe);
    }
  }
}
