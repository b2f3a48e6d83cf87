package glockenspiel.journal.device;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The system calls of a {@link FileBlockDevice}. They wait until they are done. Reads may come from
 * many threads at once; writes and syncs come from one thread, also beside reads. The channel stays
 * the caller's: nothing here closes it, or opens another one of the image.
 */
interface ImageFile {
  /**
   * Fills a buffer from its position to its limit, and leaves the position there.
   *
   * @param offset of the first byte in the file
   * @throws java.io.EOFException when the file ends before
   * @throws IOException when the file cannot be read
   */
  void read(ByteBuffer into, long offset) throws IOException;

  /**
   * Writes neighbours, each of which begins where the one before ends. The bytes outside do not
   * change; the buffers' positions do not, either.
   *
   * @param run one or more
   * @throws IOException when the file takes them not, or in part only
   */
  void write(List<DeviceWrite> run) throws IOException;

  /**
   * Makes all that was written durable.
   *
   * @throws IOException when that is not certain
   */
  void sync() throws IOException;
}
