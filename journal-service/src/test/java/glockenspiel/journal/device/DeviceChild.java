package glockenspiel.journal.device;

import glockenspiel.journal.device.FileBlockDevice.Access;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.runtime.task.VirtualThreadOwner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** Runs in a process of its own: opens an image, and writes to it until it says why it cannot. */
final class DeviceChild {
  static final int PIECE = 1 << 20;

  private DeviceChild() {}

  /** Prints what happened, in one line. */
  public static void main(String[] arguments) {
    VirtualThreadOwner owner = new VirtualThreadOwner("child", (what, thrown) -> {});
    try (FileBlockDevice device =
        FileBlockDevice.open(Path.of(arguments[0]), Access.WRITE, owner)) {
      for (long at = 0; at < device.size(); at += PIECE) {
        long offset = at;
        ByteBuffer ones = ByteBuffer.allocate(PIECE);
        while (ones.hasRemaining()) {
          ones.put((byte) 1);
        }
        ones.flip();
        OwnerCalls.call(owner, () -> device.write(List.of(new DeviceWrite(offset, ones))));
      }
      System.out.println("all is written");
    } catch (IOException | StorageException failure) {
      System.out.println(failure.getMessage());
    } finally {
      owner.close();
    }
  }
}
