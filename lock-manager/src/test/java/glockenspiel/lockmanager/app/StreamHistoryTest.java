package glockenspiel.lockmanager.app;

import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.lockmanager.history.History;
import glockenspiel.lockmanager.history.HistoryBreach;
import glockenspiel.lockmanager.history.HistoryChecker;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.runtime.config.HostPort;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.telemetry.Telemetry;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Random histories of three nodes over real stubs, with streams that break and readers that let in
 * one message at a time. Seeds draw what nodes want; in which order threads run is up to the
 * machine, so that a seed does not repeat a history: a breach prints it.
 */
class StreamHistoryTest {
  private static final int HISTORIES = Integer.getInteger("histories", 20);
  private static final int NODES = 3;

  /** Longer than any test: here no lease ends. */
  private static final LockManagerSettings SETTINGS =
      new LockManagerSettings(new HostPort("127.0.0.1", 0), 600_000, TransportSecurity.INSECURE);

  @Test
  void rulesHoldOverBrokenStreams() throws Exception {
    try (LockManagerServer _ =
            LockManagerServer.start(
                InProcessServerBuilder.forName("histories"), SETTINGS, Telemetry.NONE);
        GrpcChannel channel =
            GrpcChannel.open(InProcessChannelBuilder.forName("histories"), Telemetry.NONE);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      long requests = 0;
      for (int seed = 1; seed <= HISTORIES; seed++) {
        requests += run(seed, channel, threads);
      }
      assertTrue(requests > 30L * HISTORIES, "too little happened");
    }
  }

  private static long run(int seed, GrpcChannel channel, ExecutorService threads) throws Exception {
    String lockspace = "history" + seed + ":fs";
    // Stays until all have left, so that lock values are kept; opens the gate.
    TestNode witness = new TestNode(channel);
    Welcome welcome = witness.greet(new Hello(lockspace, "witness", false, 0, 0, 0));
    witness.say(new NodeMessage.ReportFirstMountDone(welcome.gate().generation()));
    History history = new History();
    List<Future<Long>> nodes = new ArrayList<>();
    for (int node = 0; node < NODES; node++) {
      nodes.add(
          threads.submit(
              new StreamHistoryNode(
                  channel, history, lockspace, "node-" + node, 1_000L * seed + node)));
    }
    long requests = 0;
    for (Future<Long> node : nodes) {
      requests += node.get();
    }
    witness.say(new NodeMessage.Leave());
    try {
      HistoryChecker.check(history);
    } catch (HistoryBreach breach) {
      throw new AssertionError("history " + seed + ": " + history.events(), breach);
    }
    return requests;
  }
}
