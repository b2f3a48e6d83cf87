package glockenspiel.protocol.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import glockenspiel.lock.v1.Acquire;
import glockenspiel.lock.v1.Glock;
import glockenspiel.lock.v1.LockFlag;
import glockenspiel.lock.v1.Lower;
import glockenspiel.lock.v1.NodeBatch;
import glockenspiel.lock.v1.SessionRequest;
import glockenspiel.lock.v1.SessionResponse;
import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.LockValue;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SessionWireTest {
  private static final GateStatus CLOSED = new GateStatus(7, List.of(0, 2), true);
  private static final GateStatus OPEN = new GateStatus(0, List.of(), false);
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  @Test
  void helloCrosses() throws Exception {
    for (Hello hello :
        List.of(
            new Hello("c:fs", "node-1", false, 0, 0, 0),
            new Hello("apps", "app", false, true, 0, 0, 0),
            new Hello("c:fs", "node-2", false, false, 5, 6, 7, 3, 41),
            new Hello("c:fs", "spectator", true, -1, Long.MIN_VALUE, Long.MAX_VALUE))) {
      SessionRequest request = SessionRequest.parseFrom(SessionWire.request(hello).toByteArray());
      assertEquals(hello, SessionWire.hello(request.getHello()));
    }
  }

  @Test
  void welcomeCrosses() throws Exception {
    for (Welcome welcome :
        List.of(
            new Welcome(1, 9, 0, 10_000, 0, true, CLOSED),
            new Welcome(-1, 9, -1, 1, 4_000_000_000L, false, OPEN))) {
      SessionResponse response =
          SessionResponse.parseFrom(SessionWire.response(welcome).toByteArray());
      assertEquals(welcome, SessionWire.welcome(response.getWelcome()));
    }
  }

  @Test
  void everyMessageOfANodeCrosses() throws Exception {
    List<NodeMessage> messages = new ArrayList<>();
    for (GlockType type : GlockType.values()) {
      GlockName glock =
          type == GlockType.APPLICATION ? GlockName.application("é") : new GlockName(type, -1);
      messages.add(new NodeMessage.Acquire(1, glock, LockMode.SH, 0, ""));
    }
    for (LockMode mode : List.of(LockMode.SH, LockMode.DF, LockMode.EX)) {
      messages.add(new NodeMessage.Acquire(-2, GlockName.LIVE, mode, 0, TRACE));
    }
    for (int flags = 0; flags <= LockFlags.ALL; flags++) {
      if (!LockFlags.has(flags, LockFlags.TRY | LockFlags.TRY_1CB)) {
        messages.add(new NodeMessage.Acquire(3, GlockName.inode(12), LockMode.EX, flags, ""));
      }
    }
    messages.add(
        new NodeMessage.Acquire(4, GlockName.application("x"), LockMode.EX, 0, 15_000, TRACE));
    messages.add(new NodeMessage.Lower(GlockName.inode(12), LockMode.UN, null));
    messages.add(new NodeMessage.Lower(GlockName.inode(12), LockMode.SH, LockValue.of()));
    messages.add(
        new NodeMessage.Lower(GlockName.inode(12), LockMode.DF, LockValue.of(new byte[32])));
    messages.add(new NodeMessage.Cancel(8));
    messages.add(new NodeMessage.ReportClean(7, 2));
    messages.add(new NodeMessage.ReportFirstMountDone(7));
    messages.add(new NodeMessage.Reassert(GlockName.inode(12), LockMode.EX, 7, null, true, 1500));
    messages.add(
        new NodeMessage.Reassert(
            GlockName.journal(2),
            LockMode.SH,
            Long.MAX_VALUE,
            LockValue.of(new byte[32]),
            false,
            0));
    messages.add(new NodeMessage.ReassertDone(false));
    messages.add(new NodeMessage.ReassertDone(true));
    messages.add(new NodeMessage.Renew());
    messages.add(new NodeMessage.Leave());

    Batch<NodeMessage> batch = new Batch<>(5, 6, messages);
    SessionRequest request = only(SessionWire.requests(batch));

    assertEquals(batch, SessionWire.nodeBatch(request.getBatch()));
    assertEveryKind(NodeMessage.class, messages);
  }

  @Test
  void everyMessageOfTheLockManagerCrosses() throws Exception {
    List<LockManagerMessage> messages = new ArrayList<>();
    for (LockOutcome outcome : LockOutcome.values()) {
      messages.add(
          new LockManagerMessage.Answer(
              1, GlockName.inode(-9), outcome, LockMode.UN, 0, null, false));
    }
    for (LockMode mode : LockMode.values()) {
      messages.add(
          new LockManagerMessage.Answer(
              2, GlockName.LIVE, LockOutcome.GRANTED, mode, 99, LockValue.of((byte) 1), true));
    }
    messages.add(
        new LockManagerMessage.Answer(
            3, GlockName.LIVE, LockOutcome.REFUSED, LockMode.UN, 0, null, true, "too much"));
    messages.add(new LockManagerMessage.Demote(GlockName.LIVE, LockMode.UN, 4, CLOSED, TRACE));
    messages.add(new LockManagerMessage.Demote(GlockName.inode(1), LockMode.SH, 4, OPEN, ""));
    messages.add(
        new LockManagerMessage.Demote(GlockName.FREEZE, LockMode.UN, 4, OPEN, TRACE, "node-a"));
    messages.add(new LockManagerMessage.GateChanged(CLOSED));
    messages.add(new LockManagerMessage.BecomeFirstMounter(CLOSED));
    messages.add(
        new LockManagerMessage.CheckJournals(
            new GateStatus(41, List.of(1), true), List.of(0, Integer.MAX_VALUE)));
    messages.add(new LockManagerMessage.Left());

    Batch<LockManagerMessage> batch = new Batch<>(1, 0, messages);
    SessionResponse response = only(SessionWire.responses(batch));

    assertEquals(batch, SessionWire.lockManagerBatch(response.getBatch()));
    assertEveryKind(LockManagerMessage.class, messages);
  }

  @SuppressWarnings("unchecked")
  private static <M extends MessageLite> M only(List<M> messages) throws Exception {
    assertEquals(1, messages.size());
    M message = messages.getFirst();
    return (M) message.getParserForType().parseFrom(message.toByteArray());
  }

  @Test
  void longBatchesAreSpreadOverSeveralMessages() {
    List<NodeMessage> messages = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      messages.add(new NodeMessage.Cancel(i));
    }
    List<NodeMessage> read = new ArrayList<>();
    for (SessionRequest part : SessionWire.requests(new Batch<>(7, 3, messages))) {
      Batch<NodeMessage> batch = SessionWire.nodeBatch(part.getBatch());
      assertEquals(7 + read.size(), batch.first());
      assertEquals(3, batch.acknowledged());
      assertTrue(batch.messages().size() <= SessionWire.BATCH_MESSAGES_MAX);
      read.addAll(batch.messages());
    }
    assertEquals(messages, read);
    assertEquals(1, SessionWire.responses(new Batch<>(1, 0, List.of())).size());
  }

  private static void assertEveryKind(Class<?> sealed, List<?> messages) {
    for (Class<?> kind : sealed.getPermittedSubclasses()) {
      assertTrue(messages.stream().anyMatch(kind::isInstance), "no " + kind + " was tried");
    }
  }

  @Test
  void aBatchTypedByHandNeedsNoNumbers() {
    Batch<NodeMessage> batch = SessionWire.nodeBatch(NodeBatch.getDefaultInstance());
    assertEquals(new Batch<NodeMessage>(0, 0, List.of()), batch);
  }

  @ParameterizedTest
  @EnumSource(glockenspiel.lock.v1.GlockType.class)
  void typesHaveTheNumbersOfGfs2(glockenspiel.lock.v1.GlockType type) {
    if (type == glockenspiel.lock.v1.GlockType.UNRECOGNIZED
        || type == glockenspiel.lock.v1.GlockType.GLOCK_TYPE_UNSPECIFIED) {
      assertThrows(IllegalArgumentException.class, () -> LockWire.type("type", type));
      return;
    }
    assertEquals(type.getNumber(), LockWire.type("type", type).number());
  }

  @ParameterizedTest
  @CsvSource({
    "'', node, hello.lockspace: is missing",
    "c:fs, '', hello.node_name: is missing",
    "'c:fs\n', node, hello.lockspace: has a control character at index 4",
  })
  void aBadHelloNamesItsField(String lockspace, String node, String message) {
    assertRefused(
        message,
        () ->
            SessionWire.hello(
                glockenspiel.lock.v1.Hello.newBuilder()
                    .setLockspace(lockspace)
                    .setNodeName(node)
                    .build()));
  }

  @Test
  void aLongNameIsRefused() {
    assertRefused(
        "hello.node_name: has 256 characters, at most 255 allowed",
        () ->
            SessionWire.hello(
                glockenspiel.lock.v1.Hello.newBuilder()
                    .setLockspace("c:fs")
                    .setNodeName("x".repeat(256))
                    .build()));
  }

  @Test
  void aBadAcquireNamesItsField() {
    Glock glock = LockWire.glock(GlockName.LIVE);
    Acquire good =
        Acquire.newBuilder()
            .setGlock(glock)
            .setMode(glockenspiel.lock.v1.LockMode.LOCK_MODE_SH)
            .build();
    assertRefused("acquire.mode: is missing", acquire(good.toBuilder().clearMode()));
    assertRefused(
        "acquire.mode: UN cannot be acquired; lower to it",
        acquire(good.toBuilder().setMode(glockenspiel.lock.v1.LockMode.LOCK_MODE_UN)));
    assertRefused("acquire.mode: is not a lock mode", acquire(good.toBuilder().setModeValue(77)));
    assertRefused("acquire.glock: is missing", acquire(good.toBuilder().clearGlock()));
    assertRefused(
        "acquire.glock.type: is missing",
        acquire(good.toBuilder().setGlock(glock.toBuilder().clearType())));
    assertRefused(
        "acquire.glock.type: is not a glock type",
        acquire(good.toBuilder().setGlock(glock.toBuilder().setTypeValue(7))));
    assertRefused(
        "acquire.flags: has an unknown flag", acquire(good.toBuilder().addFlagsValue(31)));
    assertRefused(
        "acquire.flags: has an empty flag",
        acquire(good.toBuilder().addFlags(LockFlag.LOCK_FLAG_UNSPECIFIED)));
    assertRefused(
        "acquire.flags: has NOEXP twice",
        acquire(
            good.toBuilder()
                .addFlags(LockFlag.LOCK_FLAG_NOEXP)
                .addFlags(LockFlag.LOCK_FLAG_NOEXP)));
    assertRefused(
        "acquire.flags: TRY and TRY_1CB exclude each other",
        acquire(
            good.toBuilder()
                .addFlags(LockFlag.LOCK_FLAG_TRY)
                .addFlags(LockFlag.LOCK_FLAG_TRY_1CB)));
    assertRefused(
        "acquire.trace: has 257 characters, at most 256 allowed",
        acquire(good.toBuilder().setTrace("0".repeat(257))));
  }

  @Test
  void aNameGoesWithAnApplicationLockAndNothingElse() {
    Glock lock = LockWire.glock(GlockName.application("orders"));
    assertEquals(0, lock.getNumber());
    Acquire good = Acquire.newBuilder().setGlock(lock).setMode(LockWire.mode(LockMode.SH)).build();
    assertRefused(
        "acquire.glock.name: is missing",
        acquire(good.toBuilder().setGlock(lock.toBuilder().clearName())));
    assertRefused(
        "acquire.glock.number: an APPLICATION lock has a name instead",
        acquire(good.toBuilder().setGlock(lock.toBuilder().setNumber(1))));
    assertRefused(
        "acquire.glock.name: goes with type APPLICATION only, not with INODE",
        acquire(
            good.toBuilder().setGlock(lock.toBuilder().setType(LockWire.type(GlockType.INODE)))));
    assertRefused(
        "acquire.glock.name: a lock's name has 65 bytes, not 1 to 64",
        acquire(good.toBuilder().setGlock(lock.toBuilder().setName("x".repeat(65)))));
    assertRefused(
        "acquire.glock.name: a lock's name has a control character at index 1",
        acquire(good.toBuilder().setGlock(lock.toBuilder().setName("a\n"))));
  }

  private static Runnable acquire(Acquire.Builder acquire) {
    return node(glockenspiel.lock.v1.NodeMessage.newBuilder().setAcquire(acquire));
  }

  private static Runnable node(glockenspiel.lock.v1.NodeMessage.Builder message) {
    return () -> SessionWire.nodeBatch(NodeBatch.newBuilder().addMessages(message).build());
  }

  @Test
  void otherBadMessagesNameTheirField() {
    glockenspiel.lock.v1.NodeMessage.Builder message =
        glockenspiel.lock.v1.NodeMessage.newBuilder();
    assertRefused("batch.messages: a message is empty, or of a kind not known here", node(message));
    assertRefused(
        "lower.lock_value: has 33 bytes, at most 32 allowed",
        node(
            message.setLower(
                Lower.newBuilder()
                    .setGlock(LockWire.glock(GlockName.LIVE))
                    .setMode(glockenspiel.lock.v1.LockMode.LOCK_MODE_UN)
                    .setLockValue(ByteString.copyFrom(new byte[33])))));
    assertRefused(
        "report_clean.jid: 4294967295 is above 2^31 - 1",
        node(message.setReportClean(glockenspiel.lock.v1.ReportClean.newBuilder().setJid(-1))));
    assertRefused(
        "batch.first: 18446744073709551615 is above 2^63 - 1",
        () -> SessionWire.nodeBatch(NodeBatch.newBuilder().setFirst(-1).build()));
    assertRefused(
        "gate.pending_jids: [2, 2] do not ascend",
        () ->
            LockWire.gate(
                "gate",
                glockenspiel.lock.v1.GateStatus.newBuilder()
                    .addPendingJids(2)
                    .addPendingJids(2)
                    .build()));
  }

  /** Whatever bytes come: a message that parses is either read or refused with a reason. */
  @Test
  void damagedBatchesAreReadOrRefused() {
    byte[] good =
        SessionWire.requests(
                new Batch<>(
                    1,
                    0,
                    List.of(
                        new NodeMessage.Acquire(
                            1, GlockName.inode(12), LockMode.EX, LockFlags.NOEXP, TRACE),
                        new NodeMessage.Lower(
                            GlockName.inode(12), LockMode.UN, LockValue.of(new byte[8])),
                        new NodeMessage.ReportClean(7, 2))))
            .getFirst()
            .toByteArray();
    Random random = new Random(1);
    for (int round = 0; round < 20_000; round++) {
      byte[] bad = good.clone();
      for (int damage = random.nextInt(3); damage >= 0; damage--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      try {
        SessionRequest request = SessionRequest.parseFrom(bad);
        SessionWire.nodeBatch(request.getBatch());
      } catch (InvalidProtocolBufferException | IllegalArgumentException refused) {
        assertTrue(refused.getMessage() != null, "a refusal says why");
      }
    }
  }

  private static void assertRefused(String message, Runnable reading) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, reading::run, message);
    assertEquals(message, refused.getMessage());
  }
}
