package glockenspiel.bench.cached;

import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerPort;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.runtime.task.SerialOwner;
import java.util.ArrayList;
import java.util.List;

/** A lock-manager for one node that has the cluster for itself: grants all, in the process. */
final class GrantingPort implements LockManagerPort {
  private static final long LEASE_MILLIS = 600_000;

  private final SerialOwner owner;

  GrantingPort(SerialOwner owner) {
    this.owner = owner;
  }

  @Override
  public Stream connect(Hello hello, Listener listener) {
    GateStatus open = new GateStatus(1, List.of(), false);
    owner.execute(() -> listener.welcomed(new Welcome(1, 1, 0, LEASE_MILLIS, 0, false, open)));
    return new Granting(listener);
  }

  private final class Granting implements Stream {
    private final Listener listener;
    private long received;
    private long sent;

    Granting(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void send(Batch<NodeMessage> batch) {
      List<LockManagerMessage> answers = new ArrayList<>();
      for (NodeMessage message : batch.messages()) {
        received++;
        if (message instanceof NodeMessage.Acquire acquire) {
          answers.add(
              new LockManagerMessage.Answer(
                  acquire.requestId(),
                  acquire.glock(),
                  LockOutcome.GRANTED,
                  acquire.mode(),
                  acquire.requestId(),
                  null,
                  true));
        }
      }
      Batch<LockManagerMessage> answer = new Batch<>(sent + 1, received, answers);
      sent += answers.size();
      owner.execute(() -> listener.received(answer));
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void close() {}
  }
}
