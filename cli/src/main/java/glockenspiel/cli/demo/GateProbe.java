package glockenspiel.cli.demo;

import glockenspiel.node.grpc.LockManagerClient;
import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerPort;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.task.VirtualThreadOwner;
import glockenspiel.runtime.telemetry.Telemetry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A member of the lockspace that has no journal and no file, and asks all the time for I/O glocks
 * that nobody else wants: only a closed gate can keep them from it. So it sees rule 2 from outside,
 * as any node would.
 */
final class GateProbe implements AutoCloseable {
  /** Its node name. */
  static final String NAME = "demo-probe";

  /** Above every block of an image. */
  private static final long FIRST_NUMBER = 1L << 52;

  private static final long PERIOD_NANOS = 2_000_000;
  private static final int WAITING_MAX = 256;

  /**
   * What it has seen of a gate that was closed and opened again. The messages of a session keep
   * their order, so what comes between "closed" and "open" was sent between them.
   *
   * @param held requests that were waiting when the gate opened
   * @param granted I/O glocks that it was granted while the gate was closed; none of it may be
   */
  record Closing(long held, long granted) {}

  private static final long OPEN = -1;

  private final VirtualThreadOwner owner;
  private final GrpcChannel channel;
  private final Map<Long, GlockName> waiting = new TreeMap<>();
  private final List<Closing> closings = new ArrayList<>();
  private LockManagerPort.@Nullable Stream stream;
  private long messagesSent;
  private long messagesReceived;
  private long requests;
  private long grants;

  /** How many grants came since the gate closed; {@link #OPEN} while it is open. */
  private long grantsWhileClosed = OPEN;

  private String problem = "";
  private final AtomicBoolean closed = new AtomicBoolean();

  private GateProbe(VirtualThreadOwner owner, GrpcChannel channel) {
    this.owner = owner;
    this.channel = channel;
  }

  /** Joins a lockspace and begins to ask. */
  static GateProbe start(String host, int lockManagerPort, String lockspace) throws IOException {
    GrpcChannel channel =
        GrpcChannel.open(host + ":" + lockManagerPort, TransportSecurity.INSECURE, Telemetry.NONE);
    VirtualThreadOwner owner = new VirtualThreadOwner(NAME, (what, thrown) -> {});
    GateProbe probe = new GateProbe(owner, channel);
    owner.execute(
        () ->
            probe.stream =
                new LockManagerClient(owner, channel)
                    .connect(new Hello(lockspace, NAME, true, 0, 0, 0), probe.new Answers()));
    return probe;
  }

  private final class Answers implements LockManagerPort.Listener {
    @Override
    public void welcomed(Welcome welcome) {
      gate(welcome.gate());
      ask();
    }

    @Override
    public void received(Batch<LockManagerMessage> batch) {
      messagesReceived += batch.messages().size();
      List<NodeMessage> lowered = new ArrayList<>();
      for (LockManagerMessage message : batch.messages()) {
        if (message instanceof LockManagerMessage.Answer answer) {
          answered(answer, lowered);
        } else if (message instanceof LockManagerMessage.GateChanged changed) {
          gate(changed.gate());
        }
      }
      if (!lowered.isEmpty()) {
        send(lowered);
      }
    }

    @Override
    public void ready() {}

    @Override
    public void closed(boolean sessionLost, String reason) {
      problem = reason;
    }
  }

  private void gate(GateStatus gate) {
    if (gate.isOpen() && grantsWhileClosed != OPEN) {
      closings.add(new Closing(waiting.size(), grantsWhileClosed));
      grantsWhileClosed = OPEN;
    } else if (!gate.isOpen() && grantsWhileClosed == OPEN) {
      grantsWhileClosed = 0;
    }
  }

  private void answered(LockManagerMessage.Answer answer, List<NodeMessage> lowered) {
    GlockName glock = waiting.remove(answer.requestId());
    if (glock == null) {
      problem = "a second answer to request " + answer.requestId();
    } else if (answer.outcome() == LockOutcome.GRANTED) {
      grants++;
      if (grantsWhileClosed != OPEN) {
        grantsWhileClosed++;
      }
      lowered.add(new NodeMessage.Lower(glock, LockMode.UN, null));
    }
  }

  private void ask() {
    if (!problem.isEmpty()) {
      return;
    }
    if (waiting.size() < WAITING_MAX) {
      long request = ++requests;
      GlockName glock = GlockName.inode(FIRST_NUMBER + request);
      waiting.put(request, glock);
      send(List.of(new NodeMessage.Acquire(request, glock, LockMode.SH, 0, "")));
    } else {
      send(List.of(new NodeMessage.Renew()));
    }
    var _ = owner.after(PERIOD_NANOS, this::ask);
  }

  private void send(List<NodeMessage> messages) {
    LockManagerPort.Stream open = stream;
    if (open != null) {
      open.send(new Batch<>(messagesSent + 1, messagesReceived, messages));
      messagesSent += messages.size();
    }
  }

  /**
   * What it has seen.
   *
   * @param grants all that were granted
   * @param closings each closing of the gate that it lived through
   * @param problem why it could not see more; empty for none
   */
  record Report(long grants, List<Closing> closings, String problem) {}

  /** What it has seen so far. */
  Report report() {
    CompletableFuture<Report> answer = new CompletableFuture<>();
    owner.execute(() -> answer.complete(new Report(grants, List.copyOf(closings), problem)));
    return answer.join();
  }

  /** Leaves. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    CompletableFuture<String> left = new CompletableFuture<>();
    owner.execute(
        () -> {
          problem = "closed";
          send(List.of(new NodeMessage.Leave()));
          LockManagerPort.Stream open = stream;
          if (open != null) {
            open.close();
          }
          left.complete("");
        });
    left.join();
    owner.close();
    channel.close();
  }
}
