package glockenspiel.node.grpc;

import glockenspiel.node.core.Node;
import glockenspiel.node.freeze.FreezeAttempt;
import glockenspiel.node.glock.GlockSnapshot;
import glockenspiel.node.v1.DumpGlocksRequest;
import glockenspiel.node.v1.DumpGlocksResponse;
import glockenspiel.node.v1.FreezeRequest;
import glockenspiel.node.v1.FreezeResponse;
import glockenspiel.node.v1.GetStatusRequest;
import glockenspiel.node.v1.GetStatusResponse;
import glockenspiel.node.v1.ListGlocksRequest;
import glockenspiel.node.v1.ListGlocksResponse;
import glockenspiel.node.v1.MountRequest;
import glockenspiel.node.v1.MountResponse;
import glockenspiel.node.v1.NodeAgentServiceGrpc;
import glockenspiel.node.v1.NodeStatus;
import glockenspiel.node.v1.ThawRequest;
import glockenspiel.node.v1.ThawResponse;
import glockenspiel.node.v1.UnmountRequest;
import glockenspiel.node.v1.UnmountResponse;
import glockenspiel.node.v1.WatchEventsRequest;
import glockenspiel.node.v1.WatchEventsResponse;
import glockenspiel.node.v1.WithdrawRequest;
import glockenspiel.node.v1.WithdrawResponse;
import glockenspiel.node.withdraw.WithdrawKind;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.wire.FieldCheck;
import glockenspiel.protocol.wire.LockWire;
import glockenspiel.runtime.grpc.ServerStream;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The node's service. A mount, unmount or withdraw goes on when its caller goes away: it is the
 * node's business then, and the status tells.
 */
public final class NodeAgentGrpcService extends NodeAgentServiceGrpc.NodeAgentServiceImplBase {
  private static final int NAME_LENGTH_MAX = 255;
  private static final int REASON_LENGTH_MAX = 1024;
  private static final int PAGE_MAX = 10_000;
  private static final int PAGE_DEFAULT = 1_000;
  private static final int DUMP_LINES = 1_000;

  private final SerialOwner owner;
  private final ServedNode served;
  private final EventRing events;

  /** The service of a node. */
  public NodeAgentGrpcService(SerialOwner owner, ServedNode served, EventRing events) {
    this.owner = owner;
    this.served = served;
    this.events = events;
  }

  @Override
  public void mount(MountRequest request, StreamObserver<MountResponse> observer) {
    change(
        observer,
        () -> {
          String volume = FieldCheck.ARGUMENT.text("volume", request.getVolume(), NAME_LENGTH_MAX);
          if (!volume.isEmpty() && !volume.equals(served.volume())) {
            throw FieldCheck.ARGUMENT.bad(
                "volume", volume + " is not the one of this node: " + served.volume());
          }
          return served.mount(request.getSpectator());
        },
        status -> MountResponse.newBuilder().setStatus(status).build());
  }

  @Override
  public void unmount(UnmountRequest request, StreamObserver<UnmountResponse> observer) {
    change(
        observer,
        served::unmount,
        status -> UnmountResponse.newBuilder().setStatus(status).build());
  }

  @Override
  public void withdraw(WithdrawRequest request, StreamObserver<WithdrawResponse> observer) {
    change(
        observer,
        () -> {
          String reason =
              FieldCheck.ARGUMENT.text("reason", request.getReason(), REASON_LENGTH_MAX);
          return node()
              .withdraw(WithdrawKind.OPERATOR, reason.isEmpty() ? "no reason given" : reason);
        },
        status -> WithdrawResponse.newBuilder().setStatus(status).build());
  }

  /**
   * Is there a problem if a freeze goes on when its caller goes away, as a mount does? Yes: nobody
   * would thaw.
   */
  @Override
  public void freeze(FreezeRequest request, StreamObserver<FreezeResponse> observer) {
    serve(
        observer,
        stream -> {
          FreezeAttempt attempt = node().freeze().freeze();
          stream.whenGone(attempt::giveUp);
          end(
              stream,
              attempt.done(),
              status -> FreezeResponse.newBuilder().setStatus(status).build());
        });
  }

  @Override
  public void thaw(ThawRequest request, StreamObserver<ThawResponse> observer) {
    change(
        observer,
        () -> node().freeze().thaw(),
        status -> ThawResponse.newBuilder().setStatus(status).build());
  }

  @Override
  public void getStatus(GetStatusRequest request, StreamObserver<GetStatusResponse> observer) {
    serve(
        observer,
        stream -> stream.complete(GetStatusResponse.newBuilder().setStatus(status()).build()));
  }

  @Override
  public void watchEvents(
      WatchEventsRequest request, StreamObserver<WatchEventsResponse> observer) {
    serve(
        observer,
        stream -> {
          long after = request.getAfterSequence();
          if (Long.compareUnsigned(after, events.newest()) > 0) {
            throw FieldCheck.ARGUMENT.bad(
                "after_sequence",
                Long.toUnsignedString(after)
                    + " has not happened: the newest is "
                    + events.newest());
          }
          new EventWatch(node().status().nodeName(), events, stream).from(after + 1);
        });
  }

  @Override
  public void listGlocks(ListGlocksRequest request, StreamObserver<ListGlocksResponse> observer) {
    serve(
        observer,
        stream -> {
          int size =
              request.getPageSize() == 0
                  ? PAGE_DEFAULT
                  : FieldCheck.ARGUMENT.range("page_size", request.getPageSize(), 1, PAGE_MAX);
          GlockName after = GlockPage.name("page_token", request.getPageToken());
          GlockPage page = GlockPage.of(wanted(request.getType(), request.getInUse()), after, size);
          stream.complete(
              ListGlocksResponse.newBuilder()
                  .addAllGlocks(page.glocks().stream().map(NodeWire::glock).toList())
                  .setNextPageToken(page.nextToken())
                  .build());
        });
  }

  @Override
  public void dumpGlocks(DumpGlocksRequest request, StreamObserver<DumpGlocksResponse> observer) {
    serve(
        observer,
        stream ->
            PacedAnswers.send(
                stream, new Dump(wanted(request.getType(), request.getInUse()).iterator())));
  }

  /** Pieces of a dump, made as the reader takes them. */
  private record Dump(Iterator<GlockSnapshot> glocks) implements Iterator<DumpGlocksResponse> {
    @Override
    public boolean hasNext() {
      return glocks.hasNext();
    }

    @Override
    public DumpGlocksResponse next() {
      if (!glocks.hasNext()) {
        throw new NoSuchElementException();
      }
      DumpGlocksResponse.Builder piece = DumpGlocksResponse.newBuilder();
      while (glocks.hasNext() && piece.getLinesCount() < DUMP_LINES) {
        piece.addAllLines(glocks.next().toLines());
      }
      return piece.build();
    }
  }

  private List<GlockSnapshot> wanted(glockenspiel.lock.v1.GlockType wantedType, boolean inUse) {
    GlockType type = LockWire.typeOrNull("type", wantedType);
    List<GlockSnapshot> wanted = new ArrayList<>();
    for (GlockSnapshot glock : node().glockSnapshot()) {
      if ((type == null || glock.isOfType(type)) && (!inUse || !glock.users().isEmpty())) {
        wanted.add(glock);
      }
    }
    return wanted;
  }

  private Node node() {
    return served.node();
  }

  private NodeStatus status() {
    return NodeWire.status(served.status());
  }

  private <A> void change(
      StreamObserver<A> observer,
      Supplier<Promise<@Nullable Void>> change,
      Function<NodeStatus, A> answer) {
    serve(observer, stream -> end(stream, change.get(), answer));
  }

  private <A> void end(
      ServerStream<A> stream, Promise<@Nullable Void> change, Function<NodeStatus, A> answer) {
    change.whenDone(
        (value, failure) -> {
          if (failure == null) {
            stream.complete(answer.apply(status()));
          } else {
            stream.fail(NodeFailures.status(failure));
          }
        });
  }

  private <A> void serve(StreamObserver<A> observer, Consumer<ServerStream<A>> handler) {
    ServerStream.serve(observer, owner, 0, handler, NodeFailures::ofRequest);
  }
}
