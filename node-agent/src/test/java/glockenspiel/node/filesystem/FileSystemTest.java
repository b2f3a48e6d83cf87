package glockenspiel.node.filesystem;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import glockenspiel.node.filesystem.FileSystemException.Code;
import glockenspiel.ondisk.directory.DirectoryEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FileSystemTest {
  static byte[] array(ByteBuffer buffer) {
    byte[] content = new byte[buffer.remaining()];
    buffer.get(buffer.position(), content);
    return content;
  }

  private static ByteBuffer bytes(int length, long seed) {
    byte[] content = new byte[length];
    new SplittableRandom(seed).nextBytes(content);
    return ByteBuffer.wrap(content);
  }

  private static void expect(Code code, Runnable operation) {
    assertEquals(code, assertThrows(FileSystemException.class, operation::run).code());
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 4096})
  void mountsAndUnmounts(int blockSize) {
    try (TestCluster cluster = new TestCluster(blockSize, 1)) {
      cluster.storage.device().fsck("before");
      TestCluster.Node node = cluster.mount(0);
      node.unmount();
      cluster.storage.device().fsck("after");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 4096})
  void makesWritesReadsAndRemoves(int blockSize) {
    try (TestCluster cluster = new TestCluster(blockSize, 2)) {
      TestCluster.Node node = cluster.mount(0);
      ByteBuffer small = bytes(100, 1);
      ByteBuffer large = bytes(3_000_000, 2);
      node.run(
          () -> {
            FileSystem fs = node.fs();
            fs.createDirectory("/d", 0755);
            fs.create("/d/small", 0644);
            assertEquals(100, fs.write("/d/small", 0, small));
            fs.create("/d/large", 0600);
            assertEquals(3_000_000, fs.write("/d/large", 0, large));
            assertArrayEquals(array(small), array(fs.read("/d/small", 0, 1000)));
            assertArrayEquals(array(large), array(fs.read("/d/large", 0, 4_000_000)));
            FileStat stat = fs.stat("/d/large");
            assertEquals(3_000_000, stat.size());
            assertEquals(0600, stat.permissions());
            fs.link("/d/small", "/other");
            assertEquals(2, fs.stat("/other").links());
            assertEquals(
                List.of("d", "other"),
                fs.list("/").stream().map(DirectoryEntry::nameText).sorted().toList());
            expect(Code.EXISTS, () -> fs.create("/other", 0644));
            expect(Code.NOT_FOUND, () -> fs.stat("/nothing"));
            expect(Code.NOT_A_DIRECTORY, () -> fs.stat("/other/x"));
            expect(Code.IS_A_DIRECTORY, () -> fs.unlink("/d"));
            expect(Code.NOT_EMPTY, () -> fs.removeDirectory("/d"));
            fs.sync();
          });
      node.unmount();
      cluster.storage.device().fsck("after writing");

      TestCluster.Node again = cluster.mount(1);
      again.run(
          () -> {
            FileSystem fs = again.fs();
            assertArrayEquals(array(small), array(fs.read("/other", 0, 1000)));
            assertArrayEquals(array(large), array(fs.read("/d/large", 0, 4_000_000)));
            fs.unlink("/d/small");
            fs.truncate("/other");
            assertEquals(0, fs.stat("/other").size());
            fs.truncate("/d/large");
            assertEquals(1, fs.stat("/d/large").blocks());
            fs.write(
                "/d/large", 10_000_000, ByteBuffer.wrap("end".getBytes(StandardCharsets.UTF_8)));
            assertEquals(10_000_003, fs.stat("/d/large").size());
          });
      again.unmount();
      cluster.storage.device().fsck("after truncating");

      TestCluster.Node third = cluster.mount(0);
      third.run(
          () -> {
            FileSystem fs = third.fs();
            fs.unlink("/d/large");
            fs.unlink("/other");
            fs.removeDirectory("/d");
            assertEquals(0, fs.list("/").size());
          });
      third.unmount();
      cluster.storage.device().fsck("after removing");
    }
  }

  @Test
  void aSpectatorReadsWhatOthersWriteAndChangesNothing() {
    try (TestCluster cluster = new TestCluster(4096, 3)) {
      TestCluster.Node node = cluster.mount(0);
      TestCluster.Node spectator = cluster.mountSpectator();
      ByteBuffer content = ByteBuffer.wrap(new byte[] {1, 2, 3});
      node.run(
          () -> {
            node.fs().createDirectory("/d", 0755);
            node.fs().create("/d/f", 0644);
            node.fs().write("/d/f", 0, content);
          });
      spectator.run(
          () -> {
            assertEquals(content, spectator.fs().read("/d/f", 0, 10));
            assertEquals("f", spectator.fs().list("/d").getFirst().nameText());
            spectator.fs().sync();
            spectator.fs().fsync("/d/f");
            for (Runnable change :
                List.<Runnable>of(
                    () -> spectator.fs().create("/g", 0644),
                    () -> spectator.fs().createDirectory("/g", 0755),
                    () -> spectator.fs().write("/d/f", 0, content),
                    () -> spectator.fs().append("/d/f", content),
                    () -> spectator.fs().truncate("/d/f"),
                    () -> spectator.fs().link("/d/f", "/g"),
                    () -> spectator.fs().unlink("/d/f"),
                    () -> spectator.fs().removeDirectory("/d"),
                    () -> spectator.fs().reclaimUnlinked())) {
              assertEquals(
                  Code.READ_ONLY, assertThrows(FileSystemException.class, change::run).code());
            }
          });
      node.run(() -> node.fs().append("/d/f", content));
      spectator.run(() -> assertEquals(6, spectator.fs().stat("/d/f").size()));
      spectator.unmount();
      assertEquals(List.of(), spectator.withdraws);
      node.unmount();
    }
  }
}
