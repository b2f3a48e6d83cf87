package glockenspiel.node.app;

import static glockenspiel.node.app.AgentRig.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.node.core.NodeException;
import glockenspiel.node.core.NodeSettings;
import glockenspiel.node.core.NodeState;
import glockenspiel.node.event.NodeEvent;
import glockenspiel.node.filesystem.FileSystemException;
import glockenspiel.node.v1.CreateFileRequest;
import glockenspiel.node.v1.FileAttributes;
import glockenspiel.node.v1.FileType;
import glockenspiel.node.v1.FreezeRequest;
import glockenspiel.node.v1.FreezeState;
import glockenspiel.node.v1.GetStatusRequest;
import glockenspiel.node.v1.MountRequest;
import glockenspiel.node.v1.NodeStatus;
import glockenspiel.node.v1.StatRequest;
import glockenspiel.node.v1.ThawRequest;
import glockenspiel.node.v1.UnmountRequest;
import glockenspiel.node.v1.WithdrawRequest;
import glockenspiel.node.withdraw.WithdrawKind;
import glockenspiel.protocol.storage.JournalState;
import glockenspiel.runtime.config.HostPort;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.GrpcServer;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.task.OwnerStoppedException;
import glockenspiel.runtime.telemetry.Telemetry;
import io.grpc.Status.Code;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class NodeAgentServerTest {
  private static final String SERVICE = "glockenspiel.node.v1.NodeAgentService";

  private static <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(30, TimeUnit.SECONDS);
  }

  private static NodeStatus status(AgentRig rig) {
    return rig.node().getStatus(GetStatusRequest.getDefaultInstance()).getStatus();
  }

  @Test
  void mountsAndUnmountsByCall() throws Exception {
    try (AgentRig rig = new AgentRig()) {
      assertEquals(glockenspiel.node.v1.NodeState.NODE_STATE_UNMOUNTED, status(rig).getState());
      NodeStatus mounted = rig.node().mount(MountRequest.getDefaultInstance()).getStatus();
      assertEquals(glockenspiel.node.v1.NodeState.NODE_STATE_MOUNTED, mounted.getState());
      assertEquals("a", mounted.getNodeName());
      assertEquals("demo:fs", mounted.getVolume());
      assertEquals(0, mounted.getJid());
      assertTrue(mounted.hasJid());
      assertEquals(1, mounted.getSessionId());
      assertEquals(1, mounted.getEpoch());
      assertTrue(mounted.getGlocks() > 0);
      assertRefused(
          Code.FAILED_PRECONDITION,
          "ALREADY_MOUNTED",
          () -> rig.node().mount(MountRequest.getDefaultInstance()));

      NodeStatus unmounted = rig.node().unmount(UnmountRequest.getDefaultInstance()).getStatus();
      assertEquals(glockenspiel.node.v1.NodeState.NODE_STATE_UNMOUNTED, unmounted.getState());
      assertFalse(rig.volume.check(0).open());
      assertEquals(JournalState.CLEAN, rig.volume.check(0).state());
      assertRefused(
          Code.FAILED_PRECONDITION,
          "NOT_MOUNTED",
          () -> rig.node().unmount(UnmountRequest.getDefaultInstance()));
    }
  }

  @Test
  void anotherVolumeIsRefused() throws Exception {
    try (AgentRig rig = new AgentRig()) {
      assertEquals(
          "volume: demo:other is not the one of this node: demo:fs",
          assertRefused(
              Code.INVALID_ARGUMENT,
              "INVALID_ARGUMENT",
              () -> rig.node().mount(MountRequest.newBuilder().setVolume("demo:other").build())));
    }
    NodeSettings other = NodeSettings.of("demo:other", "a");
    try (AgentRig rig = new AgentRig(AgentRig.settings().withNode(other))) {
      assertRefused(
          Code.NOT_FOUND,
          "NO_SUCH_VOLUME",
          () -> rig.node().mount(MountRequest.getDefaultInstance()));
    }
  }

  @Test
  void healthFollowsTheMount() throws Exception {
    try (AgentRig rig = new AgentRig()) {
      HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(rig.channel.channel());
      Iterator<HealthCheckResponse> watch =
          health.watch(HealthCheckRequest.newBuilder().setService(SERVICE).build());
      assertEquals(ServingStatus.NOT_SERVING, watch.next().getStatus());
      await(rig.agent.mount());
      assertEquals(ServingStatus.SERVING, watch.next().getStatus());
      await(rig.agent.unmount());
      assertEquals(ServingStatus.NOT_SERVING, watch.next().getStatus());
      assertEquals(
          ServingStatus.SERVING,
          health
              .check(HealthCheckRequest.newBuilder().setService(GrpcServer.LIVENESS).build())
              .getStatus());
    }
  }

  @Test
  void reflectionListsTheServices() throws Exception {
    try (AgentRig rig = new AgentRig()) {
      CompletableFuture<List<String>> names = new CompletableFuture<>();
      StreamObserver<ServerReflectionRequest> requests =
          ServerReflectionGrpc.newStub(rig.channel.channel())
              .serverReflectionInfo(
                  new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse answer) {
                      names.complete(
                          answer.getListServicesResponse().getServiceList().stream()
                              .map(ServiceResponse::getName)
                              .toList());
                    }

                    @Override
                    public void onError(Throwable failure) {
                      names.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {}
                  });
      requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
      assertTrue(
          await(names).containsAll(List.of(SERVICE, "glockenspiel.node.v1.FileSystemService")));
      requests.onCompleted();
    }
  }

  @Test
  void anIoErrorInTheJournalWithdrawsTheNodeAndItCanBeMountedAgain() throws Exception {
    try (AgentRig rig = new AgentRig()) {
      await(rig.agent.mount());
      rig.agent.call(files -> files.create("/f", 0644));
      rig.journals.broken = true;
      FileSystemException failure =
          assertThrows(
              FileSystemException.class,
              () ->
                  rig.agent.call(
                      files -> {
                        files.sync();
                        return "synced";
                      }));
      assertEquals(FileSystemException.Code.WITHDRAWN, failure.code());
      NodeEvent.WithdrawStarted started = rig.awaitEvent(NodeEvent.WithdrawStarted.class);
      assertEquals("JOURNAL_IO_ERROR", started.reasonKind());
      assertEquals(55, started.trace().length(), "a trace without telemetry: " + started.trace());
      assertEquals(started.trace(), rig.awaitEvent(NodeEvent.Withdrawn.class).trace());
      NodeStatus withdrawn = status(rig);
      assertEquals(glockenspiel.node.v1.NodeState.NODE_STATE_WITHDRAWN, withdrawn.getState());
      assertEquals("JOURNAL_IO_ERROR", withdrawn.getWithdraw().getKind());
      assertEquals("", withdrawn.getWithdraw().getStep());
      assertRefused(
          Code.FAILED_PRECONDITION,
          "WITHDRAWN",
          () -> rig.files().stat(StatRequest.newBuilder().setPath("/").build()));

      rig.journals.broken = false;
      assertEquals(NodeState.MOUNTED, await(rig.agent.mount()).state());
    }
  }

  @Test
  void anOperatorsWithdrawIsAnsweredWhenItIsOver() throws Exception {
    try (AgentRig rig = new AgentRig()) {
      assertRefused(
          Code.FAILED_PRECONDITION,
          "NOT_MOUNTED",
          () -> rig.node().withdraw(WithdrawRequest.getDefaultInstance()));
      await(rig.agent.mount());
      assertRefused(
          Code.INVALID_ARGUMENT,
          "INVALID_ARGUMENT",
          () -> rig.node().withdraw(WithdrawRequest.newBuilder().setReason("a\nb").build()));
      NodeStatus status =
          rig.node()
              .withdraw(WithdrawRequest.newBuilder().setReason("to see it").build())
              .getStatus();
      assertEquals(glockenspiel.node.v1.NodeState.NODE_STATE_WITHDRAWN, status.getState());
      assertEquals("OPERATOR", status.getWithdraw().getKind());
      assertEquals("to see it", status.getWithdraw().getReason());
      await(rig.agent.mount());
      assertEquals(
          NodeState.WITHDRAWN, await(rig.agent.withdraw(WithdrawKind.CONSISTENCY, "x")).state());
    }
  }

  @Test
  void aNodeThatIsAloneFreezesAndThaws() throws Exception {
    try (AgentRig rig = new AgentRig()) {
      FreezeRequest freeze = FreezeRequest.getDefaultInstance();
      ThawRequest thaw = ThawRequest.getDefaultInstance();
      assertRefused(Code.FAILED_PRECONDITION, "NOT_MOUNTED", () -> rig.node().freeze(freeze));
      await(rig.agent.mount());
      assertEquals(FreezeState.FREEZE_STATE_THAWED, status(rig).getFreeze().getState());
      assertRefused(Code.FAILED_PRECONDITION, "NOT_FROZEN", () -> rig.node().thaw(thaw));
      var frozen = rig.node().freeze(freeze).getStatus().getFreeze();
      assertEquals(FreezeState.FREEZE_STATE_FROZEN, frozen.getState());
      assertTrue(frozen.getOwn());
      assertEquals(status(rig).getNodeName(), frozen.getFreezer());
      assertRefused(Code.FAILED_PRECONDITION, "FROZEN", () -> rig.node().freeze(freeze));
      CompletableFuture<Boolean> waits =
          CompletableFuture.supplyAsync(
              () -> rig.agent.call(files -> files.create("/f", 0644)).links() > 0);
      rig.agent.call(files -> files.list("/"));
      assertFalse(waits.isDone());
      assertEquals(
          FreezeState.FREEZE_STATE_THAWED,
          rig.node().thaw(thaw).getStatus().getFreeze().getState());
      assertTrue(await(waits));
    }
  }

  @Test
  void aSpectatorDoesNotFreeze() throws Exception {
    try (AgentRig rig = new AgentRig()) {
      var mount = MountRequest.newBuilder().setSpectator(true).build();
      assertFalse(rig.node().mount(mount).getStatus().hasFreeze());
      assertRefused(
          Code.PERMISSION_DENIED,
          "READ_ONLY",
          () -> rig.node().freeze(FreezeRequest.getDefaultInstance()));
    }
  }

  @Test
  void anUnmountWaitsForTheOperationsThatRun() throws Exception {
    try (AgentRig rig = new AgentRig()) {
      await(rig.agent.mount());
      rig.agent.call(files -> files.create("/f", 0644));
      CompletableFuture<Runnable> held = new CompletableFuture<>();
      rig.journals.held = held::complete;
      CompletableFuture<String> operation =
          CompletableFuture.supplyAsync(
              () ->
                  rig.agent.call(
                      files -> {
                        files.sync();
                        return "synced";
                      }));
      Runnable answer = await(held);
      CompletableFuture<?> unmount = rig.agent.unmount();
      // The owner has taken the unmount before this call.
      assertRefused(
          Code.FAILED_PRECONDITION,
          "NOT_MOUNTED",
          () -> rig.files().stat(StatRequest.newBuilder().setPath("/").build()));
      assertEquals(NodeState.MOUNTED, rig.agent.status().state());
      answer.run();
      assertEquals("synced", await(operation));
      await(unmount);
      assertEquals(JournalState.CLEAN, rig.volume.check(0).state());
    }
  }

  @Test
  void closingUnmounts() throws Exception {
    AgentRig rig = new AgentRig();
    try (rig) {
      await(rig.agent.mount());
      rig.agent.call(files -> files.create("/f", 0644));
    }
    assertEquals(JournalState.CLEAN, rig.volume.check(0).state());
    assertFalse(rig.volume.check(0).open());
    assertThrows(OwnerStoppedException.class, rig.agent::status);
    assertThrows(OwnerStoppedException.class, () -> rig.agent.call(files -> files.stat("/")));
    rig.agent.close();
  }

  @Test
  void aKilledNodeLeavesItsJournalOpen() throws Exception {
    try (AgentRig rig = new AgentRig()) {
      await(rig.agent.mount());
      rig.agent.call(files -> files.create("/f", 0644));
      rig.agent.kill();
      assertTrue(rig.volume.check(0).open());
    }
  }

  @Test
  void aCallNeedsAMount() throws Exception {
    try (AgentRig rig = new AgentRig()) {
      NodeException failure =
          assertThrows(NodeException.class, () -> rig.agent.call(files -> files.stat("/")));
      assertEquals(NodeException.Reason.NOT_MOUNTED, failure.reason());
    }
  }

  @Test
  void aSpectatorHasNoJournalAndOnlyReads() throws Exception {
    try (AgentRig rig = new AgentRig()) {
      NodeStatus status =
          rig.node().mount(MountRequest.newBuilder().setSpectator(true).build()).getStatus();
      assertTrue(status.getSpectator());
      assertFalse(status.hasJid());
      FileAttributes root =
          rig.files().stat(StatRequest.newBuilder().setPath("/").build()).getAttributes();
      assertEquals(FileType.FILE_TYPE_DIRECTORY, root.getType());
      assertRefused(
          Code.PERMISSION_DENIED,
          "READ_ONLY",
          () -> rig.files().createFile(CreateFileRequest.newBuilder().setPath("/f").build()));
      await(rig.agent.unmount());
      assertFalse(rig.node().mount(MountRequest.getDefaultInstance()).getStatus().getSpectator());
    }
  }

  @Test
  void mountsAtStart() throws Exception {
    try (AgentRig rig = new AgentRig(AgentRig.settings().withAutoMount(true))) {
      assertEquals(0, rig.awaitEvent(NodeEvent.Mounted.class).jid());
    }
  }

  @Test
  void aListenerThatThrowsHarmsNobody() throws Exception {
    MemoryVolume volume = MemoryVolume.empty();
    try (GrpcServer peers = peers(volume);
        NodeAgentServer agent =
            NodeAgentServer.start(
                settings("127.0.0.1:" + peers.port(), "a"),
                Telemetry.NONE,
                event -> {
                  if (event instanceof NodeEvent.JournalOpened) {
                    throw new IllegalStateException("a listener of the test");
                  }
                })) {
      assertEquals(NodeState.MOUNTED, await(agent.mount()).state());
    }
  }

  private static GrpcServer peers(MemoryVolume volume) throws IOException {
    return GrpcServer.builder(Telemetry.NONE)
        .add(new GenerousLockManager())
        .add(new MemoryBlockStorage(volume))
        .add(new MemoryJournals(volume))
        .start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), TransportSecurity.INSECURE);
  }

  private static NodeAgentSettings settings(String peers, String nodeName) {
    return NodeAgentSettings.of("demo:fs", nodeName, peers, peers);
  }

  @Test
  void severalNodeAgentsRunInOneProcessOverSockets() throws Exception {
    try (GrpcServer first = peers(MemoryVolume.empty());
        GrpcServer second = peers(MemoryVolume.empty());
        NodeAgentServer a =
            NodeAgentServer.start(settings("127.0.0.1:" + first.port(), "a"), Telemetry.NONE);
        NodeAgentServer b =
            NodeAgentServer.start(settings("127.0.0.1:" + second.port(), "b"), Telemetry.NONE)) {
      for (NodeAgentServer agent : List.of(a, b)) {
        await(agent.mount());
        byte[] content = new byte[1_000_000];
        content[999_999] = (byte) agent.port();
        agent.call(files -> files.create("/f", 0644));
        int written = agent.call(files -> files.write("/f", 0, ByteBuffer.wrap(content)));
        assertEquals(content.length, written);
        assertEquals(
            ByteBuffer.wrap(content), agent.call(files -> files.read("/f", 0, content.length)));
        try (GrpcChannel channel =
            GrpcChannel.open(
                "127.0.0.1:" + agent.port(), TransportSecurity.INSECURE, Telemetry.NONE)) {
          assertEquals(
              agent.nodeName(),
              glockenspiel.node.v1.NodeAgentServiceGrpc.newBlockingStub(channel.channel())
                  .getStatus(GetStatusRequest.getDefaultInstance())
                  .getStatus()
                  .getNodeName());
        }
      }
      NodeAgentSettings taken =
          settings("127.0.0.1:1", "c").withListen(new HostPort("127.0.0.1", a.port()));
      assertTrue(
          assertThrows(IOException.class, () -> NodeAgentServer.start(taken, Telemetry.NONE))
              .toString()
              .contains("the port is taken"));
    }
  }
}
