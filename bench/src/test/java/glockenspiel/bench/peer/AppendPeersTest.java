package glockenspiel.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.bench.measure.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class AppendPeersTest {
  @Test
  void appendsAreCounted() throws IOException, InterruptedException {
    AtomicInteger appends = new AtomicInteger();
    AppendPeer.Running peer =
        running(() -> CompletableFuture.supplyAsync(appends::incrementAndGet));
    Samples samples = new Samples(7);
    PeerAppendLoad.oneByOne(peer, samples, 7);
    assertTrue(samples.isFull());
    assertEquals(7, appends.get());
    assertTrue(PeerAppendLoad.together(peer, 64, 10_000_000) > 0);
    assertTrue(appends.get() >= 7 + 64);
  }

  @Test
  void failureEndsTheLoad() {
    AppendPeer.Running broken =
        running(() -> CompletableFuture.failedStage(new IllegalStateException("gone")));
    assertThrows(IOException.class, () -> PeerAppendLoad.oneByOne(broken, new Samples(1), 1));
    assertThrows(IOException.class, () -> PeerAppendLoad.together(broken, 2, 10_000_000));
  }

  @Test
  void librariesAreMissingUntilTheirOwnJarIsThere(@TempDir Path bench) throws IOException {
    PeerLibraries libraries = PeerLibraries.in(bench);
    assertFalse(libraries.areHere());
    Path folder = Files.createDirectories(bench.resolve("peers/target/peers/lib"));
    Files.createFile(folder.resolve("other.jar"));
    assertFalse(libraries.areHere());
    Files.createFile(folder.resolve("peers.jar"));
    assertTrue(libraries.areHere());
    assertThrows(IOException.class, () -> libraries.client("RatisClient", 1));
  }

  /** Each peer that is on this machine takes appends; those that are not say what brings them. */
  @Test
  @Timeout(120)
  void peersThatAreHereTakeAppends(@TempDir Path work) throws IOException, InterruptedException {
    for (AppendPeer peer : AppendPeers.PEERS) {
      if (peer.missing().isEmpty()) {
        Path folder = PeerFolder.make(work);
        try (AppendPeer.Running running = peer.start(folder)) {
          PeerAppendLoad.oneByOne(running, new Samples(2), 2);
          assertTrue(PeerAppendLoad.together(running, 4, 10_000_000) > 0);
        } finally {
          PeerFolder.delete(folder);
        }
      } else {
        assertTrue(
            peer.missing().contains("apt-get") || peer.missing().contains("-Ppeers"),
            peer.missing());
      }
    }
  }

  private static AppendPeer.Running running(Supplier<CompletionStage<?>> stages) {
    return new AppendPeer.Running() {
      @Override
      public CompletionStage<?> append() {
        return stages.get();
      }

      @Override
      public void close() {
        // Nothing is open.
      }
    };
  }
}
