package glockenspiel.node.filesystem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.node.filesystem.FileSystemException.Code;
import glockenspiel.node.glock.GlockContents;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What goes wrong becomes an error of the one who asked, or a withdraw. */
final class FailuresTest {
  private static final int LINKS_AT = 52;
  private static final int BITMAP_AT = 128;
  private static final int UNLINKED = 2;
  private static final int DINODE = 3;

  private static void expect(Code code, Runnable operation) {
    assertEquals(code, assertThrows(FileSystemException.class, operation::run).code());
  }

  private static TestCluster.Node mounted(TestCluster cluster) {
    TestCluster.Node node = cluster.mount(0);
    node.run(
        () -> {
          node.fs().create("/f", 0644);
          node.fs().write("/f", 0, ByteBuffer.allocate(20_000));
          node.fs().sync();
        });
    return node;
  }

  private static void assertWithdrawn(TestCluster.Node node, String start) {
    assertEquals(1, node.withdraws.size(), node.withdraws.toString());
    assertTrue(node.withdraws.getFirst().startsWith(start), node.withdraws.getFirst());
    node.run(
        () -> {
          node.fs().abort();
          expect(Code.WITHDRAWN, () -> node.fs().stat("/f"));
          expect(Code.WITHDRAWN, () -> node.fs().sync());
          assertThrows(
              RuntimeException.class,
              () -> node.fs().contents().sync(GlockName.inode(1), LockMode.UN));
        });
  }

  @Test
  void aFailedAppendMakesTheNodeWithdraw() {
    try (TestCluster cluster = new TestCluster(4096, 1)) {
      TestCluster.Node node = mounted(cluster);
      node.port.failAppends = new StorageException(Reason.IO_ERROR, "no");
      node.run(
          () -> {
            node.fs().create("/g", 0644);
            expect(Code.WITHDRAWN, () -> node.fs().sync());
          });
      assertWithdrawn(node, "JOURNAL_IO_ERROR");
    }
  }

  @Test
  void aFencedEpochMakesTheNodeWithdraw() {
    try (TestCluster cluster = new TestCluster(4096, 2)) {
      TestCluster.Node node = mounted(cluster);
      node.port.failWrites = new StorageException(Reason.STALE_EPOCH, "fenced");
      node.run(
          () -> {
            node.fs().write("/f", 0, ByteBuffer.allocate(10_000));
            expect(Code.WITHDRAWN, () -> node.fs().fsync("/f"));
          });
      assertWithdrawn(node, "FENCED");
    }
  }

  @Test
  void unreadableMetadataMakesTheNodeWithdraw() {
    try (TestCluster cluster = new TestCluster(4096, 3)) {
      mounted(cluster).unmount();
      TestCluster.Node node = cluster.mount(1);
      node.port.failReads = new StorageException(Reason.IO_ERROR, "no");
      node.run(() -> expect(Code.WITHDRAWN, () -> node.fs().stat("/f")));
      assertWithdrawn(node, "IO_ERROR");
    }
  }

  @Test
  void unreadableDataIsTheReadersAlone() {
    try (TestCluster cluster = new TestCluster(4096, 4)) {
      mounted(cluster).unmount();
      TestCluster.Node node = cluster.mount(1);
      node.run(
          () -> {
            node.fs().stat("/f");
            node.port.failReads = new StorageException(Reason.IO_ERROR, "no");
            expect(Code.IO, () -> node.fs().read("/f", 0, 100));
            expect(Code.IO, () -> node.fs().write("/f", 1, ByteBuffer.allocate(10)));
            node.port.failReads = null;
            assertEquals(100, node.fs().read("/f", 0, 100).remaining());
          });
      node.unmount();
      assertEquals(List.of(), node.withdraws);
      cluster.storage.device().fsck("after read errors");
    }
  }

  @Test
  void aDamagedDinodeMakesTheNodeWithdraw() {
    try (TestCluster cluster = new TestCluster(4096, 5)) {
      TestCluster.Node first = mounted(cluster);
      long block = first.call(() -> first.fs().lookup("/f").address());
      first.unmount();
      ByteBuffer dinode = cluster.storage.device().get(block);
      dinode.putShort(138, (short) 99);
      cluster.storage.device().put(block, dinode);
      TestCluster.Node node = cluster.mount(1);
      node.run(() -> expect(Code.WITHDRAWN, () -> node.fs().stat("/f")));
      assertWithdrawn(node, "CONSISTENCY");
    }
  }

  @Test
  void aFullVolumeSaysSo() {
    try (TestCluster cluster = new TestCluster(4096, 6)) {
      TestCluster.Node node = cluster.mount(0);
      StatfsCounts before = node.call(() -> node.fs().statfs());
      node.run(
          () -> {
            FileSystem fs = node.fs();
            fs.create("/big", 0644);
            fs.create("/small", 0644);
            ByteBuffer piece = ByteBuffer.allocate(3 << 20);
            long at = 0;
            int written = piece.remaining();
            while (written == piece.remaining()) {
              try {
                written = fs.write("/big", at, piece);
              } catch (FileSystemException failure) {
                assertEquals(Code.NO_SPACE, failure.code());
                written = 0;
              }
              at += written;
            }
            assertTrue(fs.statfs().free() < 20, fs.statfs().toString());
            expect(
                Code.NO_SPACE,
                () -> {
                  while (true) {
                    fs.append("/small", piece);
                  }
                });
            fs.truncate("/small");
            assertEquals(at, fs.stat("/big").size());
            fs.unlink("/big");
            assertEquals(piece.remaining(), fs.write("/small", 0, piece));
            fs.unlink("/small");
            assertEquals(before, fs.statfs());
          });
      node.unmount();
      assertEquals(List.of(), node.withdraws);
      cluster.storage.device().fsck("after it was full");
    }
  }

  @Test
  void anAbortWakesThoseWhoWait() {
    try (TestCluster cluster = new TestCluster(1024, 7)) {
      TestCluster.Node node = mounted(cluster);
      node.run(() -> node.fs().create("/g", 0644));
      var sync =
          node.owner.start(
              "sync",
              () -> {
                expect(Code.WITHDRAWN, () -> node.fs().sync());
                return "told";
              });
      node.owner.execute(() -> node.fs().abort());
      assertTrue(cluster.scheduler.runUntil(sync::isDone, 1L));
      assertEquals("told", sync.get());
    }
  }

  @Test
  void aNodeThatHasUnmountedMayStillBeAborted() {
    try (TestCluster cluster = new TestCluster(1024, 1)) {
      TestCluster.Node node = mounted(cluster);
      node.run(() -> node.fs().unmount());
      node.run(() -> node.fs().abort());
      assertEquals(List.of(), node.withdraws);
    }
  }

  /** As after a crash in the middle of a removal: no links, and UNLINKED in the bitmap. */
  private static void unlinkedAt(VolumeImage image, long block) {
    ByteBuffer dinode = image.get(block);
    dinode.putInt(LINKS_AT, 0);
    image.put(block, dinode);
    long header = block;
    while (!MetaHeader.is(image.get(header), MetaType.RESOURCE_GROUP)) {
      header--;
    }
    long first = header + 1;
    while (MetaHeader.is(image.get(first), MetaType.BITMAP)) {
      first++;
    }
    int index = Math.toIntExact(block - first);
    int at = BITMAP_AT + index / 4;
    ByteBuffer group = image.get(header);
    int shift = 2 * (index % 4);
    assertEquals(DINODE, (group.get(at) >> shift) & 3);
    group.put(at, (byte) (group.get(at) ^ ((DINODE ^ UNLINKED) << shift)));
    image.put(header, group);
  }

  /**
   * A peer has waited for the inode to link it while its remover died, found no links, and keeps
   * the glock cached: nobody is at the inode, and somebody must free it.
   */
  @Test
  void anInodeWithoutLinksIsFreedEvenIfAPeerHasItsGlock() {
    try (TestCluster cluster = new TestCluster(4096, 6)) {
      TestCluster.Node first = mounted(cluster);
      GlockName inode = GlockName.inode(first.call(() -> first.fs().lookup("/f").address()));
      StatfsCounts before = first.call(() -> first.fs().statfs());
      first.unmount();
      unlinkedAt(cluster.storage.device(), inode.number());
      DeterministicOwner peer = cluster.scheduler.owner("peer");
      MemoryGlocks.Node glocks = cluster.allGlocks.node(peer, () -> GlockContents.NONE);
      var _ =
          cluster.scheduler.call(
              peer,
              () -> {
                glocks.acquire(inode, LockMode.EX, 0).close();
                return true;
              });
      TestCluster.Node next = cluster.mount(0);
      next.run(() -> next.fs().reclaimUnlinked());
      StatfsCounts after = next.call(() -> next.fs().statfs());
      assertEquals(before.dinodes() - 1, after.dinodes());
      next.unmount();
    }
  }
}
