package glockenspiel.simulation.network;

import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.protocol.storage.StoragePort;
import glockenspiel.protocol.storage.VolumeInfo;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import glockenspiel.simulation.observation.NodeId;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import glockenspiel.simulation.observation.StorageCall;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One life's way to the journal-service. Calls travel apart from each other and may overtake one
 * another, except that appends stay in order. A call may be lost, or its answer, or it may arrive
 * only after the caller has given up: all this is UNAVAILABLE to the caller. A unary call without
 * blocks may arrive twice, as through a proxy that sends again what it believes lost.
 */
public final class StorageLink implements StoragePort {
  private static final int REPLAY_TIMEOUTS = 30;

  /** In latencies: how much later the second of two arrives, at most. */
  private static final long DOUBLED_LATER_MAX = 50;

  private final NodeId node;
  private final DeterministicOwner owner;
  private final Path path;
  private final Supplier<VolumeEndpoint> service;
  private final Weather weather;
  private final Observer observer;
  private final Tampering tampering;
  private long lastAppendArrivalNanos;

  /**
   * The port of one life of a node.
   *
   * @param owner the node's
   * @param service the process that runs now, dead or alive
   */
  StorageLink(
      NodeId node,
      DeterministicOwner owner,
      Path path,
      Supplier<VolumeEndpoint> service,
      Weather weather,
      Observer observer,
      Tampering tampering) {
    this.node = node;
    this.owner = owner;
    this.path = path;
    this.service = service;
    this.weather = weather;
    this.observer = observer;
    this.tampering = tampering;
  }

  @Override
  public Promise<VolumeInfo> volume() {
    return call(new StorageCall.Describe());
  }

  @Override
  public Promise<List<ByteBuffer>> read(List<Long> blocks) {
    return call(new StorageCall.Read(blocks));
  }

  @Override
  public Promise<Void> write(int jid, long epoch, List<BlockImage> blocks) {
    return call(new StorageCall.Write(jid, epoch, blocks));
  }

  @Override
  public Promise<OpenedJournal> openJournal(int jid, String nodeName) {
    return call(new StorageCall.Open(jid, nodeName));
  }

  @Override
  public Promise<Appended> append(int jid, long epoch, LogFlush flush) {
    return call(new StorageCall.Append(jid, epoch, flush));
  }

  @Override
  public Promise<Void> closeJournal(int jid, long epoch) {
    return call(new StorageCall.Close(jid, epoch));
  }

  @Override
  public Promise<Boolean> fence(int jid, long epoch, String trace) {
    return call(new StorageCall.Fence(jid, epoch));
  }

  @Override
  public Promise<JournalCheck> check(int jid, String trace) {
    return call(new StorageCall.Check(jid));
  }

  @Override
  public Promise<ReplayResult> replay(
      int jid, long expectedEpoch, boolean foldStatfs, String trace) {
    return call(new StorageCall.Replay(jid, expectedEpoch, foldStatfs));
  }

  @Override
  public Promise<Void> awaitClean(int jid) {
    return call(new StorageCall.AwaitClean(jid));
  }

  @SuppressWarnings("unchecked") // each body has one type of answer, as the methods above say
  private <T extends @Nullable Object> Promise<T> call(StorageCall.Body body) {
    Exchange exchange = new Exchange(new StorageCall(node, body), service.get());
    if (!owner.isStopped()) {
      exchange.begin();
    }
    return (Promise<T>) exchange.promise;
  }

  /** How a call fares. */
  private enum Fate {
    ARRIVES,
    REQUEST_LOST,
    ANSWER_LOST,
    LATE,
    DOUBLED
  }

  private static final Fate[] LOST = {Fate.REQUEST_LOST, Fate.ANSWER_LOST, Fate.LATE};

  private final class Exchange implements Path.Connection {
    final Promise<@Nullable Object> promise = new Promise<>();
    private final StorageCall call;
    private final VolumeEndpoint far;
    private final Fate fate;
    private final long contentHash;
    private final List<SerialOwner.Timer> failures = new ArrayList<>(1);

    Exchange(StorageCall call, VolumeEndpoint far) {
      this.call = call;
      this.far = far;
      this.fate = drawFate();
      this.contentHash = Contents.hash(call.body());
    }

    private Fate drawFate() {
      if (weather.losesCall()) {
        return LOST[(int) weather.draw(LOST.length)];
      }
      return mayBeDoubled() && weather.doublesCall() ? Fate.DOUBLED : Fate.ARRIVES;
    }

    /** Unary calls without blocks; streams are never sent again. */
    private boolean mayBeDoubled() {
      return switch (call.body()) {
        case StorageCall.Describe describe -> true;
        case StorageCall.Open open -> true;
        case StorageCall.Close close -> true;
        case StorageCall.Fence fence -> true;
        case StorageCall.Check check -> true;
        default -> false;
      };
    }

    void begin() {
      observer.observe(new Observation.CallSent(call));
      path.add(this);
      // By the clock that the arrival is waited for with: appends stay in order.
      long now = far.owner().nowNanos();
      if (far.owner().isStopped() && !path.isPartitioned()) {
        fail(weather.drawLatencyNanos(), "connection refused");
        return;
      }
      long arrival = now + weather.drawLatencyNanos();
      if (fate == Fate.LATE) {
        arrival += weather.callTimeoutNanos();
      }
      if (call.body() instanceof StorageCall.Append) {
        arrival = Math.max(arrival, lastAppendArrivalNanos);
        lastAppendArrivalNanos = arrival;
      }
      if (fate != Fate.REQUEST_LOST) {
        far.owner().after(arrival - now, this::arrive);
      }
      if (fate == Fate.DOUBLED) {
        StorageCall again = new StorageCall(node, call.body());
        observer.observe(new Observation.CallSent(again));
        long later = DOUBLED_LATER_MAX * weather.drawLatencyNanos();
        far.owner().after(arrival - now + weather.draw(later), () -> arriveAgain(again));
      }
      switch (call.body()) {
        case StorageCall.AwaitClean wait -> {
          if (fate != Fate.ARRIVES) {
            fail(weather.callTimeoutNanos(), "stream broken");
          }
        }
        case StorageCall.Replay replay ->
            fail(REPLAY_TIMEOUTS * weather.callTimeoutNanos(), "no answer in time");
        default -> fail(weather.callTimeoutNanos(), "no answer in time");
      }
    }

    private void arrive() {
      if (path.isUpCut()) {
        return;
      }
      if (Contents.hash(call.body()) != contentHash) {
        observer.observe(
            new Observation.ContractBroken(
                node, call + ": a buffer was changed after it was handed over"));
      }
      if (!far.isServing()) {
        fail(weather.drawLatencyNanos(), "the volume is not open");
        return;
      }
      Promise<?> instead = tampering.insteadOfVolume(call);
      if (instead != null) {
        instead.whenDone(this::travelBack);
        return;
      }
      observer.observe(new Observation.CallArrived(call));
      ask(tampering.towardsVolume(call)).whenDone(this::answered);
    }

    /** Whatever the volume answers, nobody hears it. */
    private void arriveAgain(StorageCall again) {
      if (!path.isUpCut() && far.isServing() && tampering.insteadOfVolume(again) == null) {
        observer.observe(new Observation.CallArrived(again));
        ask(tampering.towardsVolume(again))
            .whenDone(
                (result, failure) ->
                    observer.observe(new Observation.CallAnswered(again, result, failure)));
      }
    }

    private Promise<?> ask(StorageCall.Body body) {
      StoragePort volume = far.volume();
      return switch (body) {
        case StorageCall.Describe() -> volume.volume();
        case StorageCall.Read(List<Long> blocks) -> volume.read(blocks);
        case StorageCall.Write(int jid, long epoch, var blocks) -> volume.write(jid, epoch, blocks);
        case StorageCall.Open(int jid, String name) -> volume.openJournal(jid, name);
        case StorageCall.Append(int jid, long epoch, LogFlush flush) ->
            volume.append(jid, epoch, flush);
        case StorageCall.Close(int jid, long epoch) -> volume.closeJournal(jid, epoch);
        case StorageCall.Fence(int jid, long epoch) -> volume.fence(jid, epoch, "");
        case StorageCall.Check(int jid) -> volume.check(jid, "");
        case StorageCall.Replay(int jid, long expected, boolean fold) ->
            volume.replay(jid, expected, fold, "");
        case StorageCall.AwaitClean(int jid) -> volume.awaitClean(jid);
      };
    }

    private void answered(@Nullable Object result, @Nullable RuntimeException failure) {
      observer.observe(new Observation.CallAnswered(call, result, failure));
      travelBack(result, failure);
    }

    private void travelBack(@Nullable Object result, @Nullable RuntimeException failure) {
      if (fate == Fate.ANSWER_LOST || path.isDownCut()) {
        return;
      }
      owner.after(
          weather.drawLatencyNanos(),
          () -> {
            if (!path.isDownCut()) {
              finish(result, failure);
            }
          });
    }

    private void finish(@Nullable Object result, @Nullable RuntimeException failure) {
      path.remove(this);
      failures.forEach(SerialOwner.Timer::cancel);
      if (failure != null) {
        promise.fail(failure);
      } else {
        promise.complete(result);
      }
    }

    private void fail(long nanos, String why) {
      failures.add(
          owner.after(
              nanos,
              () -> finish(null, new StorageException(Reason.UNAVAILABLE, call + ": " + why))));
    }

    @Override
    public void partitioned(boolean upCut, boolean downCut) {
      fail(weather.drawKeepaliveNanos(), "keepalive: no answer");
    }

    @Override
    public void healed() {}

    @Override
    public void broken() {
      fail(weather.drawLatencyNanos(), "connection reset");
    }
  }
}
