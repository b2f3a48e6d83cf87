package glockenspiel.node.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.node.core.NodeState;
import glockenspiel.node.event.NodeEvent;
import glockenspiel.node.withdraw.WithdrawKind;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a node is mounted by itself, and when only by an operator. */
@Timeout(60)
class AutoMountTest {
  private static final String AGAIN = "is mounted again by itself";
  private static final String NOT_AGAIN = "not mounted again by itself";

  private static AgentRig rig(int readsAway) throws Exception {
    return new AgentRig(AgentRig.settings().withAutoMount(true), readsAway);
  }

  private static AgentRig mounted() throws Exception {
    AgentRig rig = rig(0);
    rig.awaitEvent(NodeEvent.Mounted.class);
    return rig;
  }

  private static void writes(AgentRig rig, String text) {
    rig.agent.call(files -> files.create("/" + text, 0644));
    ByteBuffer content = ByteBuffer.wrap(text.getBytes(UTF_8));
    int _ = rig.agent.call(files -> files.write("/" + text, 0, content));
    rig.agent.call(
        files -> {
          files.sync();
          return "";
        });
  }

  private static void assertNotMountedAgain(AgentRig rig, WithdrawKind kind) throws Exception {
    assertEquals(kind.name(), rig.awaitEvent(NodeEvent.WithdrawStarted.class).reasonKind());
    rig.awaitEvent(NodeEvent.Withdrawn.class);
    assertEquals(NodeState.WITHDRAWN, rig.agent.status().state());
    String waitingFor = rig.agent.status().waitingFor().toString();
    assertTrue(waitingFor.contains(NOT_AGAIN), waitingFor);
    assertEquals(NodeState.MOUNTED, rig.agent.mount().get(30, TimeUnit.SECONDS).state());
  }

  @Test
  void aMountThatEndsInAWithdrawSinceTheStorageIsAwayIsTriedAgain() throws Exception {
    try (AgentRig rig = rig(1)) {
      assertEquals(
          WithdrawKind.STORAGE_AWAY.name(),
          rig.awaitEvent(NodeEvent.WithdrawStarted.class).reasonKind());
      rig.awaitEvent(NodeEvent.Withdrawn.class);
      assertEquals(0, rig.awaitEvent(NodeEvent.Mounted.class).jid());
    }
  }

  @Test
  void aFencedNodeIsMountedAgain() throws Exception {
    try (AgentRig rig = mounted()) {
      rig.volume.fence(rig.agent.status().epoch());
      assertThrows(RuntimeException.class, () -> writes(rig, "late"));
      assertEquals(
          WithdrawKind.FENCED.name(), rig.awaitEvent(NodeEvent.WithdrawStarted.class).reasonKind());
      rig.awaitEvent(NodeEvent.Mounted.class);
      writes(rig, "again");
    }
  }

  @Test
  void whatIsBrokenOnTheDeviceWaitsForAnOperator() throws Exception {
    try (AgentRig rig = mounted()) {
      rig.agent.call(files -> files.create("/spoilt", 0644));
      long block = rig.agent.call(files -> files.stat("/spoilt").inum().address());
      rig.agent.unmount().get(30, TimeUnit.SECONDS);
      rig.agent.mount().get(30, TimeUnit.SECONDS);
      rig.volume.spoil(block);
      assertThrows(
          RuntimeException.class, () -> rig.agent.call(files -> files.stat("/spoilt").size()));
      assertNotMountedAgain(rig, WithdrawKind.CONSISTENCY);
    }
  }

  @Test
  void whatAnOperatorEndsStaysEnded() throws Exception {
    try (AgentRig rig = mounted()) {
      rig.agent.withdraw(WithdrawKind.OPERATOR, "test").get(30, TimeUnit.SECONDS);
      assertNotMountedAgain(rig, WithdrawKind.OPERATOR);
      rig.agent.unmount().get(30, TimeUnit.SECONDS);
      assertEquals(NodeState.UNMOUNTED, rig.agent.status().state());
    }
  }

  /** While it tries, an unmount finds nothing mounted, and is obeyed all the same. */
  @Test
  void anUnmountEndsTheAttempts() throws Exception {
    try (AgentRig rig = mounted()) {
      String waitingFor =
          rig.agent
              .withdraw(WithdrawKind.SESSION_LOST, "test")
              .get(30, TimeUnit.SECONDS)
              .waitingFor()
              .toString();
      assertTrue(waitingFor.contains(AGAIN), waitingFor);
      rig.agent.unmount().get(30, TimeUnit.SECONDS);
      NodeState state = rig.agent.status().state();
      assertTrue(state.mayMount(), state::toString);
      rig.agent.mount().get(30, TimeUnit.SECONDS);
      writes(rig, "by-hand");
    }
  }
}
