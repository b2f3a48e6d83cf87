package glockenspiel.protocol.wire;

import static glockenspiel.protocol.wire.FieldCheck.ARGUMENT;

import glockenspiel.lock.v1.LockManagerBatch;
import glockenspiel.lock.v1.NodeBatch;
import glockenspiel.lock.v1.SessionRequest;
import glockenspiel.lock.v1.SessionResponse;
import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockValue;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The messages of a lock session. What is read throws {@link IllegalArgumentException} that names
 * the bad field.
 */
public final class SessionWire {
  /**
   * A batch with more messages is spread over several, so that none is too large for the transport.
   */
  static final int BATCH_MESSAGES_MAX = 4_096;

  private static final int REASON_LENGTH_MAX = 1_024;
  private static final int NODE_NAME_LENGTH_MAX = 255;

  private SessionWire() {}

  /** Writes a hello. */
  public static SessionRequest request(Hello hello) {
    glockenspiel.lock.v1.Hello.Builder builder =
        glockenspiel.lock.v1.Hello.newBuilder()
            .setLockspace(hello.lockspace())
            .setNodeName(hello.nodeName())
            .setSpectator(hello.spectator())
            .setApplication(hello.application())
            .setSessionId(hello.sessionId())
            .setIncarnation(hello.incarnation())
            .setReceived(hello.received())
            .setGeneration(hello.generation());
    if (hello.slot() >= 0) {
      builder.setSlot(hello.slot());
    }
    return SessionRequest.newBuilder().setHello(builder).build();
  }

  /** Reads a hello. */
  public static Hello hello(glockenspiel.lock.v1.Hello hello) {
    return new Hello(
        LockWire.lockspace("hello.lockspace", hello.getLockspace()),
        LockWire.nodeName("hello.node_name", hello.getNodeName()),
        hello.getSpectator(),
        hello.getApplication(),
        hello.getSessionId(),
        hello.getIncarnation(),
        ARGUMENT.count("hello.received", hello.getReceived()),
        hello.hasSlot() ? ARGUMENT.count("hello.slot", hello.getSlot()) : -1,
        ARGUMENT.count("hello.generation", hello.getGeneration()));
  }

  /** Writes a welcome. */
  public static SessionResponse response(Welcome welcome) {
    glockenspiel.lock.v1.Welcome.Builder builder =
        glockenspiel.lock.v1.Welcome.newBuilder()
            .setSessionId(welcome.sessionId())
            .setIncarnation(welcome.incarnation())
            .setLeaseMillis(welcome.leaseMillis())
            .setReceived(welcome.received())
            .setFirstMounter(welcome.firstMounter())
            .setGate(LockWire.gate(welcome.gate()));
    if (welcome.slot() >= 0) {
      builder.setSlot(welcome.slot());
    }
    return SessionResponse.newBuilder().setWelcome(builder).build();
  }

  /** Reads a welcome. */
  public static Welcome welcome(glockenspiel.lock.v1.Welcome welcome) {
    if (welcome.getSessionId() == 0) {
      throw ARGUMENT.bad("welcome.session_id", "is missing");
    }
    return new Welcome(
        welcome.getSessionId(),
        welcome.getIncarnation(),
        welcome.hasSlot() ? ARGUMENT.count("welcome.slot", welcome.getSlot()) : -1,
        ARGUMENT.positive("welcome.lease_millis", welcome.getLeaseMillis()),
        ARGUMENT.count("welcome.received", welcome.getReceived()),
        welcome.getFirstMounter(),
        LockWire.gate("welcome.gate", welcome.getGate()));
  }

  /** Writes a batch of a node, as one message or several that are not too long. */
  public static List<SessionRequest> requests(Batch<NodeMessage> batch) {
    return parts(
        batch,
        part -> {
          NodeBatch.Builder builder =
              NodeBatch.newBuilder().setFirst(part.first()).setAcknowledged(part.acknowledged());
          for (NodeMessage message : part.messages()) {
            builder.addMessages(message(message));
          }
          return SessionRequest.newBuilder().setBatch(builder).build();
        });
  }

  private static <M, P> List<P> parts(Batch<M> batch, Function<Batch<M>, P> writer) {
    List<M> messages = batch.messages();
    if (messages.size() <= BATCH_MESSAGES_MAX) {
      return List.of(writer.apply(batch));
    }
    List<P> parts = new ArrayList<>();
    for (int begin = 0; begin < messages.size(); begin += BATCH_MESSAGES_MAX) {
      int end = Math.min(begin + BATCH_MESSAGES_MAX, messages.size());
      long first = batch.first() == 0 ? 0 : batch.first() + begin;
      parts.add(
          writer.apply(new Batch<>(first, batch.acknowledged(), messages.subList(begin, end))));
    }
    return parts;
  }

  /** Reads a batch of a node. */
  public static Batch<NodeMessage> nodeBatch(NodeBatch batch) {
    List<NodeMessage> messages = new ArrayList<>(batch.getMessagesCount());
    for (int i = 0; i < batch.getMessagesCount(); i++) {
      messages.add(message(batch.getMessages(i)));
    }
    return new Batch<>(
        ARGUMENT.count("batch.first", batch.getFirst()),
        ARGUMENT.count("batch.acknowledged", batch.getAcknowledged()),
        messages);
  }

  /** Writes a batch of the lock-manager, as one message or several that are not too long. */
  public static List<SessionResponse> responses(Batch<LockManagerMessage> batch) {
    return parts(
        batch,
        part -> {
          LockManagerBatch.Builder builder =
              LockManagerBatch.newBuilder()
                  .setFirst(part.first())
                  .setAcknowledged(part.acknowledged());
          for (LockManagerMessage message : part.messages()) {
            builder.addMessages(message(message));
          }
          return SessionResponse.newBuilder().setBatch(builder).build();
        });
  }

  /** Reads a batch of the lock-manager. */
  public static Batch<LockManagerMessage> lockManagerBatch(LockManagerBatch batch) {
    List<LockManagerMessage> messages = new ArrayList<>(batch.getMessagesCount());
    for (int i = 0; i < batch.getMessagesCount(); i++) {
      messages.add(message(batch.getMessages(i)));
    }
    return new Batch<>(
        ARGUMENT.positive("batch.first", batch.getFirst()),
        ARGUMENT.count("batch.acknowledged", batch.getAcknowledged()),
        messages);
  }

  private static glockenspiel.lock.v1.NodeMessage message(NodeMessage message) {
    glockenspiel.lock.v1.NodeMessage.Builder builder =
        glockenspiel.lock.v1.NodeMessage.newBuilder();
    switch (message) {
      case NodeMessage.Acquire acquire -> builder.setAcquire(acquire(acquire));
      case NodeMessage.Lower lower -> builder.setLower(lower(lower));
      case NodeMessage.Cancel cancel ->
          builder.setCancel(
              glockenspiel.lock.v1.Cancel.newBuilder().setRequestId(cancel.requestId()));
      case NodeMessage.ReportClean report ->
          builder.setReportClean(
              glockenspiel.lock.v1.ReportClean.newBuilder()
                  .setGeneration(report.generation())
                  .setJid(report.jid()));
      case NodeMessage.ReportFirstMountDone report ->
          builder.setReportFirstMountDone(
              glockenspiel.lock.v1.ReportFirstMountDone.newBuilder()
                  .setGeneration(report.generation()));
      case NodeMessage.Reassert reassert -> builder.setReassert(reassert(reassert));
      case NodeMessage.ReassertDone(boolean withdrawing) ->
          builder.setReassertDone(
              glockenspiel.lock.v1.ReassertDone.newBuilder().setWithdrawing(withdrawing));
      case NodeMessage.Renew _ -> builder.setRenew(glockenspiel.lock.v1.Renew.getDefaultInstance());
      case NodeMessage.Leave _ -> builder.setLeave(glockenspiel.lock.v1.Leave.getDefaultInstance());
    }
    return builder.build();
  }

  private static glockenspiel.lock.v1.Acquire.Builder acquire(NodeMessage.Acquire acquire) {
    return glockenspiel.lock.v1.Acquire.newBuilder()
        .setRequestId(acquire.requestId())
        .setGlock(LockWire.glock(acquire.glock()))
        .setMode(LockWire.mode(acquire.mode()))
        .addAllFlags(LockWire.flags(acquire.flags()))
        .setLockDelayMillis(acquire.lockDelayMillis())
        .setTrace(acquire.trace());
  }

  private static glockenspiel.lock.v1.Lower.Builder lower(NodeMessage.Lower lower) {
    glockenspiel.lock.v1.Lower.Builder builder =
        glockenspiel.lock.v1.Lower.newBuilder()
            .setGlock(LockWire.glock(lower.glock()))
            .setMode(LockWire.mode(lower.mode()));
    LockValue lockValue = lower.lockValue();
    if (lockValue != null) {
      builder.setLockValue(LockWire.lockValue(lockValue));
    }
    return builder;
  }

  private static glockenspiel.lock.v1.Reassert.Builder reassert(NodeMessage.Reassert reassert) {
    glockenspiel.lock.v1.Reassert.Builder builder =
        glockenspiel.lock.v1.Reassert.newBuilder()
            .setGlock(LockWire.glock(reassert.glock()))
            .setMode(LockWire.mode(reassert.mode()))
            .setGrantNumber(reassert.grantNumber())
            .setLockValueMayBeOld(!reassert.lockValueValid())
            .setLockDelayMillis(reassert.lockDelayMillis());
    LockValue lockValue = reassert.lockValue();
    if (lockValue != null) {
      builder.setLockValue(LockWire.lockValue(lockValue));
    }
    return builder;
  }

  private static NodeMessage message(glockenspiel.lock.v1.NodeMessage message) {
    return switch (message.getMessageCase()) {
      case ACQUIRE -> acquire(message.getAcquire());
      case LOWER -> lower(message.getLower());
      case CANCEL -> new NodeMessage.Cancel(message.getCancel().getRequestId());
      case REPORT_CLEAN ->
          new NodeMessage.ReportClean(
              ARGUMENT.count("report_clean.generation", message.getReportClean().getGeneration()),
              ARGUMENT.count("report_clean.jid", message.getReportClean().getJid()));
      case REPORT_FIRST_MOUNT_DONE ->
          new NodeMessage.ReportFirstMountDone(
              ARGUMENT.count(
                  "report_first_mount_done.generation",
                  message.getReportFirstMountDone().getGeneration()));
      case REASSERT -> reassert(message.getReassert());
      case REASSERT_DONE ->
          new NodeMessage.ReassertDone(message.getReassertDone().getWithdrawing());
      case RENEW -> new NodeMessage.Renew();
      case LEAVE -> new NodeMessage.Leave();
      case MESSAGE_NOT_SET ->
          throw ARGUMENT.bad("batch.messages", "a message is empty, or of a kind not known here");
    };
  }

  private static NodeMessage acquire(glockenspiel.lock.v1.Acquire acquire) {
    LockMode mode = LockWire.mode("acquire.mode", acquire.getMode());
    if (mode == LockMode.UN) {
      throw ARGUMENT.bad("acquire.mode", "UN cannot be acquired; lower to it");
    }
    return new NodeMessage.Acquire(
        acquire.getRequestId(),
        LockWire.glock("acquire.glock", acquire.hasGlock(), acquire.getGlock()),
        mode,
        LockWire.flags("acquire.flags", acquire.getFlagsList()),
        ARGUMENT.count("acquire.lock_delay_millis", acquire.getLockDelayMillis()),
        LockWire.trace("acquire.trace", acquire.getTrace()));
  }

  private static NodeMessage reassert(glockenspiel.lock.v1.Reassert reassert) {
    LockMode mode = LockWire.mode("reassert.mode", reassert.getMode());
    if (mode == LockMode.UN) {
      throw ARGUMENT.bad("reassert.mode", "UN is nothing to reassert");
    }
    return new NodeMessage.Reassert(
        LockWire.glock("reassert.glock", reassert.hasGlock(), reassert.getGlock()),
        mode,
        ARGUMENT.count("reassert.grant_number", reassert.getGrantNumber()),
        LockWire.lockValue("reassert.lock_value", reassert.hasLockValue(), reassert.getLockValue()),
        !reassert.getLockValueMayBeOld(),
        ARGUMENT.count("reassert.lock_delay_millis", reassert.getLockDelayMillis()));
  }

  private static NodeMessage lower(glockenspiel.lock.v1.Lower lower) {
    return new NodeMessage.Lower(
        LockWire.glock("lower.glock", lower.hasGlock(), lower.getGlock()),
        LockWire.mode("lower.mode", lower.getMode()),
        LockWire.lockValue("lower.lock_value", lower.hasLockValue(), lower.getLockValue()));
  }

  private static glockenspiel.lock.v1.LockManagerMessage message(LockManagerMessage message) {
    glockenspiel.lock.v1.LockManagerMessage.Builder builder =
        glockenspiel.lock.v1.LockManagerMessage.newBuilder();
    switch (message) {
      case LockManagerMessage.Answer answer -> builder.setAnswer(answer(answer));
      case LockManagerMessage.Demote demote ->
          builder.setDemote(
              glockenspiel.lock.v1.Demote.newBuilder()
                  .setGlock(LockWire.glock(demote.glock()))
                  .setWanted(LockWire.mode(demote.wanted()))
                  .setGrantNumber(demote.grantNumber())
                  .setGate(LockWire.gate(demote.gate()))
                  .setTrace(demote.trace())
                  .setAskedBy(demote.askedBy()));
      case LockManagerMessage.GateChanged changed ->
          builder.setGateChanged(
              glockenspiel.lock.v1.GateChanged.newBuilder().setGate(LockWire.gate(changed.gate())));
      case LockManagerMessage.BecomeFirstMounter become ->
          builder.setBecomeFirstMounter(
              glockenspiel.lock.v1.BecomeFirstMounter.newBuilder()
                  .setGate(LockWire.gate(become.gate())));
      case LockManagerMessage.CheckJournals check ->
          builder.setCheckJournals(
              glockenspiel.lock.v1.CheckJournals.newBuilder()
                  .setGate(LockWire.gate(check.gate()))
                  .addAllOwnedJids(check.ownedJids()));
      case LockManagerMessage.Left _ ->
          builder.setLeft(glockenspiel.lock.v1.Left.getDefaultInstance());
    }
    return builder.build();
  }

  private static glockenspiel.lock.v1.Answer.Builder answer(LockManagerMessage.Answer answer) {
    glockenspiel.lock.v1.Answer.Builder builder =
        glockenspiel.lock.v1.Answer.newBuilder()
            .setRequestId(answer.requestId())
            .setGlock(LockWire.glock(answer.glock()))
            .setOutcome(LockWire.outcome(answer.outcome()))
            .setMode(LockWire.mode(answer.mode()))
            .setGrantNumber(answer.grantNumber())
            .setLockValueValid(answer.lockValueValid())
            .setReason(answer.reason());
    LockValue lockValue = answer.lockValue();
    if (lockValue != null) {
      builder.setLockValue(LockWire.lockValue(lockValue));
    }
    return builder;
  }

  private static LockManagerMessage message(glockenspiel.lock.v1.LockManagerMessage message) {
    return switch (message.getMessageCase()) {
      case ANSWER -> answer(message.getAnswer());
      case DEMOTE -> demote(message.getDemote());
      case GATE_CHANGED ->
          new LockManagerMessage.GateChanged(
              LockWire.gate("gate_changed.gate", message.getGateChanged().getGate()));
      case BECOME_FIRST_MOUNTER ->
          new LockManagerMessage.BecomeFirstMounter(
              LockWire.gate(
                  "become_first_mounter.gate", message.getBecomeFirstMounter().getGate()));
      case CHECK_JOURNALS ->
          new LockManagerMessage.CheckJournals(
              LockWire.gate("check_journals.gate", message.getCheckJournals().getGate()),
              message.getCheckJournals().getOwnedJidsList().stream()
                  .map(jid -> ARGUMENT.count("check_journals.owned_jids", jid))
                  .toList());
      case LEFT -> new LockManagerMessage.Left();
      case MESSAGE_NOT_SET ->
          throw ARGUMENT.bad("batch.messages", "a message is empty, or of a kind not known here");
    };
  }

  private static LockManagerMessage answer(glockenspiel.lock.v1.Answer answer) {
    return new LockManagerMessage.Answer(
        answer.getRequestId(),
        LockWire.glock("answer.glock", answer.hasGlock(), answer.getGlock()),
        LockWire.outcome("answer.outcome", answer.getOutcome()),
        LockWire.mode("answer.mode", answer.getMode()),
        answer.getGrantNumber(),
        LockWire.lockValue("answer.lock_value", answer.hasLockValue(), answer.getLockValue()),
        answer.getLockValueValid(),
        ARGUMENT.text("answer.reason", answer.getReason(), REASON_LENGTH_MAX));
  }

  private static LockManagerMessage demote(glockenspiel.lock.v1.Demote demote) {
    return new LockManagerMessage.Demote(
        LockWire.glock("demote.glock", demote.hasGlock(), demote.getGlock()),
        LockWire.mode("demote.wanted", demote.getWanted()),
        demote.getGrantNumber(),
        LockWire.gate("demote.gate", demote.getGate()),
        LockWire.trace("demote.trace", demote.getTrace()),
        ARGUMENT.text("demote.asked_by", demote.getAskedBy(), NODE_NAME_LENGTH_MAX));
  }
}
