package glockenspiel.cli.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;

/** Two nodes in turns: one writes, the other reads it. */
final class Turns {
  /** Few, since a linear directory has room for so many; odd, so that each is written by both. */
  private static final int FILES = 5;

  private Turns() {}

  /**
   * In files of their own; each content is read back and compared.
   *
   * @param prefix of the names, used for the first time
   */
  static void pass(RemoteNode one, RemoteNode two, String prefix, long nanos) {
    long begun = System.nanoTime();
    for (int count = 0; System.nanoTime() - begun < nanos; count++) {
      String path = "/" + prefix + count % FILES;
      boolean isNew = count < FILES;
      ByteBuffer content = ByteBuffer.wrap((count + path).repeat(4000).getBytes(UTF_8));
      RemoteNode writer = count % 2 == 0 ? one : two;
      RemoteNode reader = count % 2 == 0 ? two : one;
      writer.files(
          fs -> {
            if (isNew) {
              fs.create(path);
            }
            assertEquals(content.remaining(), fs.write(path, 0, content));
            fs.fsync(path);
            return path;
          });
      assertEquals(content, reader.files(fs -> fs.read(path, 0, content.capacity())));
    }
  }
}
