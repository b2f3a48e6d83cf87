package glockenspiel.cli.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;

/** A file that one node has written and synced, and that every node reads back. */
final class SyncedFile {
  private static final String CONTENT = "must not be lost\n".repeat(1000);

  private SyncedFile() {}

  /** Makes it, through a node. */
  static void write(ServiceProcess process, String path) throws Exception {
    try (RemoteNode node = RemoteNode.of("writer", process)) {
      ByteBuffer content = ByteBuffer.wrap(CONTENT.getBytes(UTF_8));
      int written =
          node.files(
              fs -> {
                fs.create(path);
                int count = fs.write(path, 0, content);
                fs.fsync(path);
                return count;
              });
      assertEquals(content.remaining(), written);
    }
  }

  /** Reads it, through a node. */
  static void assertThere(ServiceProcess process, String path) throws Exception {
    try (RemoteNode node = RemoteNode.of("reader", process)) {
      ByteBuffer found = node.files(fs -> fs.read(path, 0, CONTENT.length()));
      assertEquals(CONTENT, UTF_8.decode(found).toString());
    }
  }
}
