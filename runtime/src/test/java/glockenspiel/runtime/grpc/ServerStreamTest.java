package glockenspiel.runtime.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.journal.v1.AppendJournalRequest;
import glockenspiel.journal.v1.AppendJournalResponse;
import glockenspiel.journal.v1.JournalServiceGrpc;
import glockenspiel.runtime.task.VirtualThreadOwner;
import glockenspiel.runtime.telemetry.Telemetry;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ServerStreamTest {
  private static final int MORE_THAN_A_WINDOW = 1_000;

  private final CompletableFuture<Throwable> escaped = new CompletableFuture<>();
  private final VirtualThreadOwner owner =
      new VirtualThreadOwner("test", (_, thrown) -> escaped.complete(thrown));

  /** The requests as the service has got them, in its own words. */
  private final BlockingQueue<Long> received = new LinkedBlockingQueue<>();

  private final CompletableFuture<ServerStream<AppendJournalResponse>> opened =
      new CompletableFuture<>();
  private final CompletableFuture<Boolean> gone = new CompletableFuture<>();
  private GrpcServer server;
  private GrpcChannel channel;

  /** Takes requests and is done with none of them, unless the test says so. */
  private final class Service extends JournalServiceGrpc.JournalServiceImplBase {
    @Override
    public StreamObserver<AppendJournalRequest> appendJournal(
        StreamObserver<AppendJournalResponse> observer) {
      ServerStream<AppendJournalResponse> stream = ServerStream.openWithRequests(observer);
      stream.belongTo(owner);
      owner.execute(() -> stream.whenGone(() -> gone.complete(true)));
      opened.complete(stream);
      return new StreamObserver<>() {
        @Override
        public void onNext(AppendJournalRequest request) {
          stream.receive(
              () -> {
                if (request.getJid() > 0) {
                  throw new IllegalStateException("no such journal");
                }
                received.add(request.getRequestId());
              });
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {
          stream.receive(stream::complete);
        }
      };
    }
  }

  private final CompletableFuture<Throwable> ended = new CompletableFuture<>();
  private final BlockingQueue<AppendJournalResponse> answers = new LinkedBlockingQueue<>();
  private ClientCallStreamObserver<AppendJournalRequest> call;

  @BeforeEach
  void start() throws Exception {
    server =
        GrpcServer.builder(Telemetry.NONE)
            .add(new Service())
            .start(InProcessServerBuilder.forName("server-stream"));
    channel = GrpcChannel.open(InProcessChannelBuilder.forName("server-stream"), Telemetry.NONE);
    var requests = JournalServiceGrpc.newStub(channel.channel()).appendJournal(new Caller());
    call = (ClientCallStreamObserver<AppendJournalRequest>) requests;
  }

  /** Lets one answer in. */
  private final class Caller
      implements ClientResponseObserver<AppendJournalRequest, AppendJournalResponse> {
    @Override
    public void beforeStart(ClientCallStreamObserver<AppendJournalRequest> starting) {
      starting.disableAutoRequestWithInitial(1);
    }

    @Override
    public void onNext(AppendJournalResponse answer) {
      answers.add(answer);
    }

    @Override
    public void onError(Throwable failure) {
      ended.complete(failure);
    }

    @Override
    public void onCompleted() {
      ended.complete(null);
    }
  }

  @AfterEach
  void stop() {
    channel.close();
    server.close();
    owner.close();
  }

  private int sendWhileReady() {
    int sent = 0;
    while (call.isReady() && sent < MORE_THAN_A_WINDOW) {
      call.onNext(AppendJournalRequest.newBuilder().setRequestId(sent++).build());
    }
    return sent;
  }

  private void onOwner(Runnable piece) throws Exception {
    CompletableFuture<Boolean> ran = new CompletableFuture<>();
    owner.execute(
        () -> {
          piece.run();
          ran.complete(true);
        });
    assertTrue(ran.get(10, TimeUnit.SECONDS));
  }

  @Test
  void aCallerWhoIsNotServedIsHeldBack() throws Exception {
    int sent = sendWhileReady();
    assertTrue(sent < MORE_THAN_A_WINDOW, "held back after " + sent);
    for (long i = 0; i < sent; i++) {
      assertEquals(i, received.take());
    }
    onOwner(
        () -> {
          for (int i = 0; i < sent; i++) {
            opened.join().done();
          }
        });
    assertTrue(call.isReady(), "let in again when it was served");
  }

  @Test
  void aCallerWhoDoesNotReadHisAnswersIsNotLetIn() throws Exception {
    int sent = sendWhileReady();
    onOwner(
        () -> {
          ServerStream<AppendJournalResponse> stream = opened.join();
          for (int i = 0; i < sent; i++) {
            stream.send(AppendJournalResponse.newBuilder().setRequestId(i).build());
            stream.done();
          }
        });
    assertEquals(0, answers.take().getRequestId());
    assertFalse(call.isReady(), "one answer was let in, the others wait");
    call.request(sent);
    for (int i = 1; i < sent; i++) {
      assertEquals(i, answers.take().getRequestId());
    }
    onOwner(() -> {});
    assertTrue(call.isReady(), "let in again when the answers were read");
  }

  @Test
  void aFaultEndsTheCallAndIsNotSwallowed() throws Exception {
    call.onNext(AppendJournalRequest.newBuilder().setJid(1).build());
    Throwable failure = ended.get(10, TimeUnit.SECONDS);
    assertEquals(Status.Code.INTERNAL, Status.fromThrowable(failure).getCode());
    assertInstanceOf(IllegalStateException.class, escaped.get(10, TimeUnit.SECONDS));
  }

  @Test
  void theOwnerHearsThatTheCallerIsGone() throws Exception {
    call.cancel("the test has had enough", null);
    assertTrue(gone.get(10, TimeUnit.SECONDS));
    onOwner(
        () -> {
          assertTrue(opened.join().isOver());
          opened.join().send(AppendJournalResponse.getDefaultInstance());
          opened.join().complete();
        });
  }

  @Test
  void aCallEndsInOrder() throws Exception {
    call.onCompleted();
    assertEquals(null, ended.get(10, TimeUnit.SECONDS));
  }
}
